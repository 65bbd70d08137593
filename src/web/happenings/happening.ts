import { z } from 'zod';

/** How a payment goes on. */
const PaymentStep = z.object({
  payment_hash: z.string(),
  status: z
    .enum(['started', 'part', 'complete', 'failed'])
    .describe('started: its first part sets out; part: another one does, or, with took_ms, one has come to its end'),
  amount_msat: z.number().int().nullable().describe('of the part, or of the whole at its end'),
  from: z.string().nullable(),
  to: z.string().nullable(),
  route: z.array(z.string()).optional().describe('the nodes on its way, the payer first'),
  channels: z.array(z.string()).optional().describe('the keys of the channels on its way'),
  part: z.number().int().optional(),
  failed_at: z.string().nullable().optional().describe('the node that failed it'),
  failure: z.string().nullable().optional().describe("BOLT #4's name of why, where the node tells it"),
  took_ms: z.number().nullable().optional(),
});

/** Something that has happened. */
export const Happening = z.object({
  id: z.number().int(),
  at: z.number().describe('in ms since 1970'),
  node: z.string().nullable(),
  kind: z.enum([
    'block',
    'connect',
    'disconnect',
    'channel',
    'payment',
    'invoice',
    'forward',
    'htlc',
    'node',
    'plugin',
    'command',
    'warning',
  ]),
  text: z.string().describe('one plain line'),
  payment: PaymentStep.optional(),
  data: z.unknown().describe('the JSON as the node told it'),
});

export type Happening = z.infer<typeof Happening>;
export type PaymentStep = z.infer<typeof PaymentStep>;
/** One that has no number yet. */
export type NewHappening = Omit<Happening, 'id' | 'at'>;
