import { z } from 'zod';

const msat = z.number().int();
const DaemonState = z.enum(['running', 'frozen', 'stopped', 'dead']);

/** A payment under way in a channel. */
const Htlc = z.object({
  payment_hash: z.string(),
  amount_msat: msat,
  from: z.string().describe('who offers it'),
  to: z.string(),
  state: z.string().describe("its state in the implementation's words: SENT_ADD_ACK_REVOCATION"),
});

export const NodeState = z.object({
  name: z.string(),
  implementation: z.string(),
  state: DaemonState,
  id: z.string().nullable(),
  alias: z.string().nullable(),
  color: z.string().nullable().describe('six hex digits'),
  version: z.string().nullable(),
  blockheight: z.number().int().nullable(),
  onchain_msat: msat.nullable(),
  in_channels_msat: msat.nullable(),
  problem: z.string().nullable().describe('why it runs and does not answer'),
});

export const ChannelState = z.object({
  key: z.string().describe('its channel id'),
  from: z.string().describe('who opened it'),
  to: z.string(),
  short_channel_id: z.string().nullable(),
  channel_id: z.string(),
  state: z.string().describe("in the opener's implementation's words"),
  phase: z.enum(['opening', 'awaiting-funding', 'normal', 'shutting-down', 'closing', 'on-chain', 'closed']),
  private: z.boolean(),
  connected: z.boolean(),
  total_msat: msat,
  to_from_msat: msat,
  to_to_msat: msat,
  htlcs: z.array(Htlc),
});

/** How a whole playground stands. */
export const State = z.object({
  dir: z.string(),
  read_only: z.boolean(),
  version: z.string().describe('of ln-play'),
  bitcoind: z.object({
    state: DaemonState,
    blocks: z.number().int().nullable(),
    mempool: z.number().int().nullable().describe('how many transactions wait for a block'),
    version: z.string().nullable(),
  }),
  nodes: z.array(NodeState),
  channels: z.array(ChannelState),
  background: z.array(z.unknown()).readonly().describe('as `ln-play status --json` has it'),
  snapshots: z.array(
    z.object({
      name: z.string(),
      created_at: z.string(),
      blocks: z.number().int().nullable(),
      note: z.string().nullable(),
    }),
  ),
});

export type State = z.infer<typeof State>;
export type NodeState = z.infer<typeof NodeState>;
export type ChannelState = z.infer<typeof ChannelState>;
