import { z } from 'zod';
import { alias, colour, durationMs, feerate, feeratePerKw, msat, sat, whole } from './scalars.js';

const KEY = "'name', 'random', or a secret of 32 bytes in hex: 64 digits";

const nodeName = () => z.string({ error: "a node's name" });

const policy = (whose: string) =>
  z
    .strictObject(
      {
        base: msat('base', 'msat').optional().describe('for each payment; a bare number is msat'),
        ppm: whole(0, 0xffff_ffff).optional().describe('of the amount, in millionths'),
        cltv_delta: whole(1, 0xffff)
          .optional()
          .describe(
            'blocks between an HTLC that comes in and the one that goes out; of embedded nodes, 42 at least: Core Lightning has one for all its channels, its option cltv-delta',
          ),
        htlc_min: msat('htlc_min', 'msat')
          .optional()
          .describe('the least HTLC; a bare number is msat; of Core Lightning'),
        htlc_max: msat('htlc_max', 'msat')
          .optional()
          .describe('the largest HTLC; a bare number is msat; of Core Lightning'),
      },
      { error: 'a map, such as { base: 1sat, ppm: 100 }' },
    )
    .describe(`what \`${whose}\` asks for forwarding through it (BOLT #7); what is left out is the node's default`);

export const nodeSchema = z.strictObject(
  {
    count: whole(1, 10_000)
      .optional()
      .describe('a row of that many nodes: `client: { count: 3 }` is client1, client2 and client3'),
    implementation: z
      .enum(['cln', 'embedded'], { error: "'cln' for Core Lightning, or 'embedded'" })
      .optional()
      .describe("`cln`: the Core Lightning of this machine; `embedded`: ln-play's own lightningd"),
    lightningd: z
      .string({ error: "the path of a lightningd, a version, or 'embedded'" })
      .min(1, { error: "the path of a lightningd, a version, or 'embedded'" })
      .optional()
      .describe(
        'its lightningd: `./a/path` relative to this file, an installed version (`v25.12`), or `embedded`; by default what `up` finds',
      ),
    alias: alias().optional().describe("what the network knows it as; by default its name; a row's get a number"),
    colour: colour().optional().describe('six hex digits; by default one of its own for each name'),
    listen: z
      .enum(['socket', 'tcp'], { error: "'socket' or 'tcp'" })
      .optional()
      .describe('a unix socket, or a free TCP port of 127.0.0.1'),
    key: z
      .union([z.enum(['name', 'random']), z.string().regex(/^[0-9a-f]{64}$/i, { error: KEY })], { error: KEY })
      .optional()
      .describe('whence its keys come: `name` (the same every time), `random`, or a secret of 64 hex digits'),
    options: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()], { error: 'text, a number, or true' }), {
        error: 'a map of options, such as { fee-base: 5 }',
      })
      .optional()
      .describe('options of lightningd-config(5); `true` for a flag without a value'),
    plugins: z
      .array(z.string({ error: "a plugin's file" }).min(1, { error: "a plugin's file" }), {
        error: "a list of plugins' files, such as [./my-plugin.js]",
      })
      .optional()
      .describe('files of plugins, relative to this file: started with the node, and anew at each save'),
    fund: sat('fund').optional().describe('what its wallet gets; by default what its channels need, and some'),
  },
  { error: 'a map, such as { alias: Alice }; nothing, or {}, for a node with all defaults' },
);

export const channelSchema = z.strictObject(
  {
    from: nodeName().describe('who opens and funds it: a node, or each node of a row'),
    to: nodeName().describe('who is at its other end: a node, or each node of a row'),
    capacity: sat('capacity').describe('what both ends have together; a bare number is sat'),
    push: msat('push', 'sat').optional().describe("what is the other end's from the beginning; a bare number is sat"),
    private: z.boolean({ error: 'true or false' }).optional().describe('kept from the network'),
    fee: policy('from').optional(),
    reverse_fee: policy('to').optional(),
    feerate: feerate().optional().describe('of its funding transaction'),
    confirmations: whole(0, 100).optional().describe('blocks before it carries payments; 0 for at once'),
  },
  { error: 'a map, such as { from: alice, to: bob, capacity: 0.042btc }' },
);

export const peerSchema = z.tuple([nodeName(), nodeName()], { error: 'two nodes, such as [alice, carol]' });

export const chainSchema = z.strictObject(
  {
    mine_every: durationMs('mine_every').optional().describe('a block by the clock'),
    feerate: feeratePerKw().optional().describe('what bitcoind is taken to estimate'),
  },
  { error: 'a map, such as { mine_every: 30s }' },
);

export const trafficSchema = z.strictObject(
  {
    from: nodeName().optional().describe('who pays: a node, or each node of a row; by default all by their capacity'),
    to: nodeName().optional().describe('who is paid: a node, or each node of a row'),
    amount: z
      .union([msat('amount', 'msat'), z.tuple([msat('amount', 'msat'), msat('amount', 'msat')])], {
        error: 'an amount, such as 10sat, or the least and the most: [1sat, 100sat]',
      })
      .optional()
      .describe('an amount, or the least and the most: `[1sat, 100sat]`; a bare number is msat'),
    every: durationMs('every').optional().describe('how long from one payment to the next'),
  },
  { error: 'a map, such as { from: alice, to: carol, amount: 10sat, every: 1s }' },
);

const sections = {
  nodes: z
    .record(z.string(), nodeSchema.nullable(), { error: 'a map of nodes by their names, such as { alice: {} }' })
    .nullish()
    .describe('the nodes by their names: a letter, then letters, digits, `-` and `_`'),
  channels: z
    .array(channelSchema, { error: 'a list of channels, such as [{ from: alice, to: bob, capacity: 0.042btc }]' })
    .nullish()
    .describe('channels, opened and announced'),
  peers: z
    .array(peerSchema, { error: 'a list of pairs, such as [[alice, carol]]' })
    .nullish()
    .describe('who is connected besides those with a channel: `[[alice, carol]]`'),
  chain: chainSchema.nullish().describe('what goes on in the chain'),
  traffic: z
    .array(trafficSchema, { error: 'a list of rows, such as [{ from: alice, to: carol, amount: 10sat }]' })
    .nullish()
    .describe('payments that go on by themselves, each row on its own'),
};

/** A network as a literal of the library: the file without what only a file has. */
export const networkSchema = z.strictObject(sections, { error: 'a map with nodes, channels, peers, chain, traffic' });

/** The network file. Its types, its JSON Schema and its documentation are made from this. */
export const networkFileSchema = networkSchema.extend({
  $schema: z.string({ error: 'the address of a JSON Schema' }).optional().describe('for editors, of a JSON file'),
  include: z
    .union([z.string(), z.array(z.string())], { error: 'a file, or a list of files' })
    .optional()
    .describe('files whose nodes, channels, peers and traffic are there too, relative to this one'),
});

type ReadonlyDeep<T> = T extends object ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> } : T;
type NodeLiteral = ReadonlyDeep<z.input<typeof nodeSchema>>;

/**
 * What a network file has, as an object: amounts as `'0.042btc'`, durations as `'30s'`.
 *
 * @typeParam Name the names of its nodes
 */
export type NetworkLiteral<Name extends string = string> = ReadonlyDeep<
  Omit<z.input<typeof networkSchema>, 'nodes'>
> & { readonly nodes: { readonly [N in Name]: NodeLiteral | null } };
export type NodeEntry = z.output<typeof nodeSchema>;
export type ChannelEntry = z.output<typeof channelSchema>;
export type PeerEntry = z.output<typeof peerSchema>;
export type ChainEntry = z.output<typeof chainSchema>;
export type TrafficEntry = z.output<typeof trafficSchema>;
export type PolicyEntry = NonNullable<ChannelEntry['fee']>;
