import { z } from 'zod';
import type { PolicySpec } from '../../network/spec.js';
import type { Graph, GraphChannel, GraphNode } from './graph.js';

/** A format that others export: how it is told, and what its graph is. */
export interface Format {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly graph: (data: never, defaults: unknown) => Graph;
}

/** A whole number, as a number, or as text with or without its unit. */
const whole = z
  .union([z.number().int().min(0), z.string().regex(/^\d+(msat)?$/)], { error: 'a whole number' })
  .transform((value) => BigInt(String(value).replace('msat', '')));

const lndPolicy = z
  .object({
    time_lock_delta: z.number().optional(),
    min_htlc: whole.optional(),
    fee_base_msat: whole.optional(),
    fee_rate_milli_msat: whole.optional(),
    max_htlc_msat: whole.optional(),
  })
  .transform((policy): PolicySpec =>
    policySpec(
      policy.fee_base_msat,
      policy.fee_rate_milli_msat,
      policy.time_lock_delta,
      policy.min_htlc,
      policy.max_htlc_msat,
    ),
  );

/** lnd: `lncli describegraph`. */
const describeGraph = z.object({
  nodes: z.array(z.object({ pub_key: z.string(), alias: z.string().optional(), color: z.string().optional() })),
  edges: z.array(
    z.object({
      node1_pub: z.string(),
      node2_pub: z.string(),
      capacity: whole,
      node1_policy: lndPolicy.nullish(),
      node2_policy: lndPolicy.nullish(),
    }),
  ),
});

function graphOfDescribeGraph({ nodes, edges }: z.output<typeof describeGraph>): Graph {
  const known = new Map<string, GraphNode>();
  for (const { pub_key: id, alias, color } of nodes) known.set(id, { alias, colour: colourOf(color) });
  const channels = edges.map((edge): GraphChannel => ({
    from: edge.node1_pub,
    to: edge.node2_pub,
    capacitySat: edge.capacity,
    policy: edge.node1_policy ?? undefined,
    reversePolicy: edge.node2_policy ?? undefined,
  }));
  return { nodes: withEnds(known, channels), channels };
}

/** Core Lightning: lightning-listchannels(7). */
const listChannels = z.object({
  channels: z.array(
    z.object({
      source: z.string(),
      destination: z.string(),
      short_channel_id: z.string(),
      public: z.boolean().optional(),
      amount_msat: whole,
      base_fee_millisatoshi: whole.optional(),
      fee_per_millionth: whole.optional(),
      delay: z.number().optional(),
      htlc_minimum_msat: whole.optional(),
      htlc_maximum_msat: whole.optional(),
    }),
  ),
});

function graphOfListChannels({ channels }: z.output<typeof listChannels>): Graph {
  const found = new Map<string, GraphChannel>();
  for (const half of channels) {
    const policy = policySpec(
      half.base_fee_millisatoshi,
      half.fee_per_millionth,
      half.delay,
      half.htlc_minimum_msat,
      half.htlc_maximum_msat,
    );
    const other = found.get(half.short_channel_id);
    found.set(
      half.short_channel_id,
      other
        ? { ...other, reversePolicy: policy }
        : {
            from: half.source,
            to: half.destination,
            capacitySat: half.amount_msat / 1_000n,
            policy,
            private: half.public === false ? true : undefined,
          },
    );
  }
  const all = [...found.values()];
  return { nodes: withEnds(new Map(), all), channels: all };
}

const warnetPolicy = z
  .object({
    cltv_expiry_delta: z.number().optional(),
    htlc_minimum_msat: whole.optional(),
    fee_base_msat: whole.optional(),
    fee_proportional_millionths: whole.optional(),
    htlc_maximum_msat: whole.optional(),
  })
  .transform((policy): PolicySpec =>
    policySpec(
      policy.fee_base_msat,
      policy.fee_proportional_millionths,
      policy.cltv_expiry_delta,
      policy.htlc_minimum_msat,
      policy.htlc_maximum_msat,
    ),
  );

const warnetLightning = z
  .object({
    channels: z
      .array(
        z.object({
          target: z.string(),
          capacity: whole,
          push_amt: whole.optional(),
          source_policy: warnetPolicy.optional(),
          target_policy: warnetPolicy.optional(),
        }),
      )
      .optional(),
  })
  .nullish();

/** Warnet's network.yaml. Its nodes are bitcoinds (tanks), and a Lightning node with each that says so. */
const warnet = z.object({
  nodes: z.array(
    z.object({
      name: z.string(),
      ln: z.record(z.string(), z.unknown()).nullish(),
      lnd: warnetLightning,
      cln: warnetLightning,
      eclair: warnetLightning,
    }),
  ),
});

const IN_WARNET = ['lnd', 'cln', 'eclair'] as const;

/** @param defaults what is in the node-defaults.yaml beside it */
function graphOfWarnet({ nodes }: z.output<typeof warnet>, defaults: unknown): Graph {
  const { data } = z.object({ ln: z.record(z.string(), z.unknown()).nullish() }).safeParse(defaults);
  const all = Object.values(data?.ln ?? {}).includes(true);
  const channels = nodes.flatMap((node) =>
    IN_WARNET.flatMap((kind) => node[kind]?.channels ?? []).map((channel): GraphChannel => ({
      from: node.name,
      to: channel.target.replace(/-ln$/, ''),
      capacitySat: channel.capacity,
      pushMsat: channel.push_amt === undefined ? undefined : channel.push_amt * 1_000n,
      policy: channel.source_policy,
      reversePolicy: channel.target_policy,
    })),
  );
  const has = nodes.filter(
    (node) => all || Object.values(node.ln ?? {}).includes(true) || IN_WARNET.some((kind) => node[kind]),
  );
  return { nodes: withEnds(new Map(has.map(({ name }) => [name, { alias: name }])), channels, true), channels };
}

/** What can be imported. */
export const FORMATS: readonly Format[] = [
  { name: "lnd's describegraph", schema: describeGraph, graph: graphOfDescribeGraph },
  { name: "Core Lightning's listchannels", schema: listChannels, graph: graphOfListChannels },
  { name: "Warnet's network.yaml", schema: warnet, graph: graphOfWarnet },
];

/** With the ends of channels that nothing else is known of. @param named whether their ids are names */
function withEnds(
  nodes: Map<string, GraphNode>,
  channels: readonly GraphChannel[],
  named = false,
): Map<string, GraphNode> {
  for (const id of channels.flatMap(({ from, to }) => [from, to]))
    if (!nodes.has(id)) nodes.set(id, named ? { alias: id } : {});
  return nodes;
}

const colourOf = (color: string | undefined): string | undefined =>
  /^#?([0-9a-f]{6})$/i.exec(color ?? '')?.[1]?.toLowerCase();

function policySpec(
  baseMsat: bigint | undefined,
  perMillion: bigint | undefined,
  cltvDelta: number | undefined,
  htlcMinMsat: bigint | undefined,
  htlcMaxMsat: bigint | undefined,
): PolicySpec {
  return {
    baseMsat,
    perMillion: perMillion === undefined ? undefined : Number(perMillion),
    cltvDelta: cltvDelta === 0 ? undefined : cltvDelta,
    htlcMinMsat,
    htlcMaxMsat: htlcMaxMsat === 0n ? undefined : htlcMaxMsat,
  };
}
