import { z } from 'zod';
import { problemsOf } from './issues.js';
import type { Origin, Path, Problem, Report } from './problems.js';
import {
  chainSchema,
  channelSchema,
  nodeSchema,
  peerSchema,
  trafficSchema,
  type ChainEntry,
  type ChannelEntry,
  type NodeEntry,
  type PeerEntry,
  type TrafficEntry,
} from './schema.js';

/** Something of a network file that reads well, and where it was. */
export interface Placed<T> {
  readonly value: T;
  readonly origin: Origin;
  readonly path: Path;
}

/** What network files say, each by its schema; what does not pass is left out, and was reported. */
export interface Gathered {
  /** A node that does not pass has its name all the same. */
  readonly nodes: (Placed<NodeEntry | undefined> & { readonly name: string })[];
  readonly channels: Placed<ChannelEntry>[];
  /** The two ends of channels that do not pass. */
  readonly brokenChannels: Placed<{ readonly from: string; readonly to: string }>[];
  readonly peers: Placed<PeerEntry>[];
  readonly chain: Placed<ChainEntry>[];
  readonly traffic: Placed<TrafficEntry>[];
}

export const nothingGathered = (): Gathered => ({
  nodes: [],
  channels: [],
  brokenChannels: [],
  peers: [],
  chain: [],
  traffic: [],
});

/**
 * Puts what one file or literal says to what others said. All that is wrong with it is reported, and the rest is taken, so
 * that the rest can be judged too.
 */
export function gather(schema: z.ZodType, data: unknown, origin: Origin, gathered: Gathered, report: Report): void {
  const whole = schema.safeParse(data);
  const found = whole.success ? [] : problemsOf(schema, whole.error.issues, data, origin);
  for (const problem of found) report(problem);
  if (!isMap(data)) return;

  const { nodes, channels, peers, chain, traffic } = data;
  if (isMap(nodes))
    for (const [name, entry] of Object.entries(nodes)) {
      const value = passing(nodeSchema, entry ?? {});
      gathered.nodes.push({ name, value, origin, path: ['nodes', name] });
    }
  const list = <T>(
    schema: z.ZodType<T>,
    key: string,
    entries: unknown,
    into: Placed<T>[],
    broken?: Gathered['brokenChannels'],
  ): void => {
    if (!Array.isArray(entries)) return;
    for (const [index, entry] of entries.entries()) {
      const at = { origin, path: [key, index] };
      const value = passing(schema, entry);
      const ends = value === undefined && broken ? passing(channelEnds, entry) : undefined;
      if (value !== undefined) into.push({ ...at, value });
      else if (ends) broken?.push({ ...at, value: ends });
    }
  };
  list(channelSchema, 'channels', channels, gathered.channels, gathered.brokenChannels);
  list(peerSchema, 'peers', peers, gathered.peers);
  list(trafficSchema, 'traffic', traffic, gathered.traffic);
  const value = passing(chainSchema, chain ?? {});
  if (value) gathered.chain.push({ value, origin, path: ['chain'] });
}

const channelEnds = z.object({ from: z.string(), to: z.string() });

/** What a schema makes of it; undefined where it does not pass. */
function passing<T>(schema: z.ZodType<T>, entry: unknown): T | undefined {
  const { success, data } = schema.safeParse(entry);
  return success ? data : undefined;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A problem of something that was placed. */
export const problemAt = (
  { origin, path }: Placed<unknown>,
  key: string | undefined,
  message: string,
  hint: string,
): Problem => ({ origin, path: key === undefined ? path : [...path, key], on: 'value', message, hint });
