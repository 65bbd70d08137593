import type { Reply } from '../context.js';

export async function run(): Promise<Reply> {
  const { networkFileJsonSchema } = await import('../../network-file/json-schema.js');
  const schema = networkFileJsonSchema();
  return { json: schema, text: JSON.stringify(schema, undefined, 2) };
}
