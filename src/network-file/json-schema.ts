import { z } from 'zod';
import { networkFileSchema } from './schema.js';

/** The network file for editors: JSON Schema, draft 7, which the YAML language server reads best. */
export const networkFileJsonSchema = (): object => ({
  title: "ln-play's network file",
  ...z.toJSONSchema(networkFileSchema, { io: 'input', target: 'draft-7' }),
});
