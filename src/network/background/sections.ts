import { basename } from 'node:path';
import { formatDurationMs } from '../../core/durations.js';
import type { FeeEstimate } from '../../rpc/bitcoind-weather.js';
import type { ActivitySettings } from '../../traffic/settings.js';

/**
 * What may go on in the background of a playground, as plain JSON: each a section of `background.json`. One that has to be
 * done again and again has a module of its name in src/resident; the others are only kept, and shown.
 */
export interface Sections {
  readonly mining: MiningSettings;
  readonly thaw: ThawSettings;
  readonly traffic: TrafficSettings;
  readonly watch: WatchSettings;
  readonly links: LinksSettings;
  readonly feerates: FeerateSettings;
  readonly slowBitcoind: SlowBitcoindSettings;
  readonly mempool: MempoolSettings;
  readonly web: WebSettings;
}

/** The network in a browser. */
export interface WebSettings {
  /** On 127.0.0.1; by default the one that it had before, or a free one. */
  readonly port?: number | undefined;
  /** Whether it refuses all that changes something. */
  readonly isReadOnly: boolean;
}

/** How nodes are connected to each other, where that is not as ever. */
export interface LinksSettings {
  /** Groups of nodes that do not reach each other; who is in none reaches all. */
  readonly partition: readonly (readonly string[])[];
  readonly links: readonly LinkSettings[];
}

/** The connection of two nodes, in both ways alike. */
export interface LinkSettings {
  readonly from: string;
  readonly to: string;
  /** How much later bytes arrive, and by how much more or less that is. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** How many of a hundred chunks of bytes that go through cut the connection; the nodes connect again. */
  readonly dropPercent: number;
  readonly isDown: boolean;
}

/** When frozen daemons go on by themselves: by name, in ms since 1970. */
export interface ThawSettings {
  readonly at: { readonly [name: string]: number };
}

/** Payments between the nodes. */
export interface TrafficSettings {
  readonly activities: readonly ActivitySettings[];
  readonly seed?: number | undefined;
  readonly inFlight?: number | undefined;
  readonly keysend?: boolean | undefined;
}

/** Plugins of nodes' configs that are started anew at each save. */
export interface WatchSettings {
  /** Absolute paths. */
  readonly plugins: readonly { readonly node: string; readonly file: string }[];
}

export type SectionName = keyof Sections;

/** Blocks by the clock. */
export interface MiningSettings {
  readonly everyMs: number;
  /** Who gets the rewards; the faucet by default. */
  readonly address?: string | undefined;
  /** Without the transactions that wait. */
  readonly isEmpty?: boolean | undefined;
}

/** What bitcoind is taken to estimate, by nodes; by how many blocks, the fewest first. */
export interface FeerateSettings {
  readonly estimates: readonly FeeEstimate[];
}

/** How much later nodes get bitcoind's answers. */
export interface SlowBitcoindSettings {
  readonly delayMs: number;
}

/** What bitcoind's mempool is filled with. It is in bitcoind, and is not gone with the settings: `emptyMempool` takes it back. */
export interface MempoolSettings {
  readonly blocks: number;
  readonly feeratePerKw: number;
  /** The txid of what made the coins, and what it takes to spend them: four bytes, in hex. */
  readonly split: string;
  readonly seed: string;
}

/** Of so many blocks' worth of transactions bitcoind's mempool has room (`maxmempool`), and one can make all their coins. */
export const MOST_FULL_BLOCKS = 100;

/** What a module of src/resident tells of itself, plain JSON. */
export type SectionState = { readonly [key: string]: unknown };

/** What `status` says of a section. */
export interface SectionStatus {
  readonly name: SectionName;
  /** Whether the network's file wants it, so that `up` brings it back, or somebody has asked for it by hand until `down`. */
  readonly from: 'file' | 'hand';
  /** In a line, for a person. */
  readonly summary: string;
  /** What is set, and how far it is. */
  readonly details: object;
  /** Why it does not do what it should. */
  readonly problem: string | null;
}

interface SectionKind<S> {
  /** Whether `heal --all` takes back what was set of it by hand. */
  readonly isWeather: boolean;
  /** Whether the resident process does it. */
  readonly isDone: boolean;
  readonly summary: (settings: S, state: SectionState) => string;
  readonly details: (settings: S, state: SectionState) => object;
}

/** How many plugins `status` names. */
const MOST_SHOWN = 5;

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** What there is to know of each, in the order in which they are shown. */
export const SECTIONS: { readonly [N in SectionName]: SectionKind<Sections[N]> } = {
  mining: {
    isWeather: true,
    isDone: true,
    summary: ({ everyMs, isEmpty }, { nextAt }) => {
      const next = typeof nextAt === 'number' ? `, the next in ${seconds(Math.max(0, nextAt - Date.now()))}` : '';
      return `${isEmpty ? 'an empty block' : 'a block'} every ${formatDurationMs(everyMs)}${next}`;
    },
    details: ({ everyMs, address = null, isEmpty = false }, { nextAt }) => ({
      every_ms: everyMs,
      address,
      empty: isEmpty,
      next_ms: typeof nextAt === 'number' ? Math.max(0, nextAt - Date.now()) : null,
    }),
  },
  thaw: {
    isWeather: true,
    isDone: true,
    summary: ({ at }) =>
      Object.entries(at)
        .map(([name, ms]) => `${name} goes on in ${seconds(Math.max(0, ms - Date.now()))}`)
        .join(', '),
    details: ({ at }) => ({
      in_ms: Object.fromEntries(Object.entries(at).map(([name, ms]) => [name, Math.max(0, ms - Date.now())])),
    }),
  },
  links: {
    isWeather: true,
    isDone: true,
    summary: ({ partition, links }) =>
      [
        ...(partition.length > 0 ? [partition.map((group) => group.join(',')).join(' | ')] : []),
        ...links.map(linkText),
      ].join('; '),
    details: ({ partition, links }, { traffic = {} }) => ({
      partition,
      links: links.map(({ from, to, latencyMs, jitterMs, dropPercent, isDown }) => ({
        from,
        to,
        latency_ms: latencyMs,
        jitter_ms: jitterMs,
        drop_percent: dropPercent,
        down: isDown,
        seen: (traffic as { readonly [pair: string]: unknown })[`${from}–${to}`] ?? null,
      })),
    }),
  },
  feerates: {
    isWeather: true,
    isDone: false,
    summary: ({ estimates }) => {
      const first = estimates[0]!.feeratePerKw;
      if (estimates.every(({ feeratePerKw }) => feeratePerKw === first)) return `${first}perkw`;
      return estimates.map(({ blocks, feeratePerKw }) => `${feeratePerKw}perkw for ${blocks} blocks`).join(', ');
    },
    details: ({ estimates }) => ({
      estimates: estimates.map(({ blocks, feeratePerKw }) => ({ blockcount: blocks, feerate_perkw: feeratePerKw })),
    }),
  },
  slowBitcoind: {
    isWeather: true,
    isDone: false,
    summary: ({ delayMs }) => `bitcoind answers nodes ${formatDurationMs(delayMs)} late`,
    details: ({ delayMs }) => ({ delay_ms: delayMs }),
  },
  mempool: {
    isWeather: false,
    isDone: false,
    summary: ({ feeratePerKw }, { transactions, vbytes }) => {
      const [many, size] =
        typeof vbytes === 'number' ? [`${String(transactions)} `, `, ${(vbytes / 1e6).toFixed(1)} MvB`] : ['', ''];
      return `${many}transactions that pay ${feeratePerKw}perkw wait${size}`;
    },
    details: ({ blocks, feeratePerKw }, { transactions = null, vbytes = null }) => ({
      blocks,
      feerate_perkw: feeratePerKw,
      transactions,
      vbytes,
    }),
  },
  traffic: {
    isWeather: false,
    isDone: true,
    summary: ({ activities }, { sent = 0, paid = 0, failed = 0 }) => {
      const rows = activities.length === 1 ? 'payments' : `payments of ${activities.length} rows`;
      return `${rows}: ${String(sent)} sent, ${String(paid)} paid, ${String(failed)} failed`;
    },
    details: ({ activities }, { sent = 0, paid = 0, failed = 0, failedBy = {} }) => ({
      rows: activities.length,
      sent,
      paid,
      failed,
      failed_by: failedBy,
    }),
  },
  web: {
    isWeather: false,
    isDone: true,
    summary: ({ isReadOnly }, { url = 'in a browser' }) =>
      `${String(url)}${isReadOnly ? ', to look at only' : ''}: \`ln-play web\` opens it`,
    details: ({ isReadOnly }, { url = null }) => ({ url, read_only: isReadOnly }),
  },
  watch: {
    isWeather: false,
    isDone: true,
    summary: ({ plugins }, { reloads = {} }) => {
      const shown = plugins.slice(0, MOST_SHOWN).map(({ node, file }) => {
        const count = (reloads as { readonly [plugin: string]: number })[`${node} ${file}`] ?? 0;
        return `${basename(file)} on ${node}${count > 0 ? ` (${count})` : ''}`;
      });
      const rest = plugins.length - shown.length;
      return `anew at each save: ${shown.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
    },
    details: ({ plugins }, { reloads = {} }) => ({
      plugins: plugins.map(({ node, file }) => ({
        node,
        plugin: file,
        reloads: (reloads as { readonly [plugin: string]: number })[`${node} ${file}`] ?? 0,
      })),
    }),
  },
};

/** `alice–bob 200ms ±50ms, 5% drops` */
export function linkText({ from, to, latencyMs, jitterMs, dropPercent, isDown }: LinkSettings): string {
  const how = isDown
    ? ['down']
    : [
        ...(latencyMs > 0 || jitterMs > 0 ? [`${latencyMs}ms${jitterMs > 0 ? ` ±${jitterMs}ms` : ''}`] : []),
        ...(dropPercent > 0 ? [`${dropPercent}% cut`] : []),
      ];
  return `${from}–${to} ${how.join(', ') || 'through a proxy'}`;
}

/** The status of a section, from its settings and from what its module says where that runs. */
export function sectionStatus<N extends SectionName>(
  name: N,
  settings: Sections[N],
  from: SectionStatus['from'],
  told: { readonly state: SectionState; readonly problem: string | null },
): SectionStatus {
  const { summary, details } = SECTIONS[name] as SectionKind<Sections[N]>;
  const { state, problem } = told;
  return { name, from, summary: summary(settings, state), details: details(settings, state), problem };
}

/**
 * Of what goes on by hand, what ends only with its own end, also where all else has been stopped. It may come from
 * somebody else's file: what makes no sense is left out.
 */
export function lasting({
  mempool,
}: { readonly [N in SectionName]?: Sections[N] | null }): Pick<Partial<Sections>, 'mempool'> {
  if (typeof mempool !== 'object' || mempool === null) return {};
  const { blocks, feeratePerKw, split, seed } = mempool;
  const isWhole = [blocks, feeratePerKw].every((number) => Number.isSafeInteger(number) && number > 0);
  const isHex = [split, seed].every((text) => typeof text === 'string' && /^[0-9a-f]+$/.test(text));
  if (!isWhole || blocks > MOST_FULL_BLOCKS || !isHex || split.length !== 64 || seed.length !== 8) return {};
  return { mempool: { blocks, feeratePerKw, split, seed } };
}

/** What goes on by hand, without what `heal --all` takes back. */
export const withoutWeather = <T extends { readonly [N in SectionName]?: unknown }>(byHand: T): Partial<T> =>
  Object.fromEntries(Object.entries(byHand).filter(([name]) => !SECTIONS[name as SectionName].isWeather)) as Partial<T>;
