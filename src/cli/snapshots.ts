import { formatSat } from '../core/amounts.js';
import { megabytes } from '../core/bytes.js';
import type { SnapshotDiff } from '../network/snapshots/diff.js';
import type { Snapshot } from '../network/snapshots/store.js';
import { columns, type Output } from './output.js';

/** A snapshot as `--json` has it. */
export const snapshotJson = (snapshot: Snapshot): object => ({
  name: snapshot.name,
  note: snapshot.note ?? null,
  created_at: snapshot.problem === undefined ? snapshot.created.toISOString() : null,
  blockheight: snapshot.height ?? null,
  nodes: snapshot.nodes,
  num_channels: snapshot.channelCount ?? null,
  bytes: snapshot.bytes,
  versions: { ln_play: snapshot.lnPlay, bitcoind: snapshot.bitcoind ?? null },
  imported: snapshot.imported,
  problem: snapshot.problem ?? null,
});

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** `3 minutes ago`, `just now`. */
export function ago(date: Date, now = Date.now()): string {
  for (const [unit, ms] of UNITS) {
    const count = Math.floor((now - date.getTime()) / ms);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}

export const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** The versions of what it was made with, each once: `v26.06.6, Satoshi:29.4.2`. */
export const versionsOf = ({ nodes, bitcoind }: Snapshot): string =>
  [...new Set([...nodes.map(({ version }) => version), bitcoind])].filter(Boolean).join(', ');

/** Snapshots as lines. */
export function snapshotLines(snapshots: readonly Snapshot[], { style }: Output): string {
  const { bold, dim, red } = style;
  return columns(
    snapshots.map((snapshot) =>
      snapshot.problem === undefined
        ? [
            bold(snapshot.name),
            ago(snapshot.created),
            snapshot.height === undefined ? '' : `block ${snapshot.height}`,
            plural(snapshot.nodes.length, 'node'),
            snapshot.channelCount === undefined ? '' : plural(snapshot.channelCount, 'channel'),
            megabytes(snapshot.bytes),
            dim(versionsOf(snapshot)),
            [snapshot.imported ? '(imported)' : '', snapshot.note ?? ''].filter(Boolean).join(' '),
          ]
        : [bold(snapshot.name), red(snapshot.problem)],
    ),
  );
}

const signed = (msat: bigint): string => `${msat < 0n ? '-' : '+'}${formatSat(msat < 0n ? -msat : msat)}`;

/** What has happened, a line each. */
export function diffLines({ blocks, channels, nodes }: SnapshotDiff): string[] {
  const mined = blocks.after - blocks.before;
  return [
    ...(mined === 0 ? [] : [`${mined > 0 ? '+' : ''}${plural(mined, 'block')}: ${blocks.before} → ${blocks.after}`]),
    ...channels.map(({ from, to, shortChannelId, change, before, after }) => {
      const what = `channel ${shortChannelId ?? '(no id yet)'} from ${from} to ${to}`;
      if (change === 'opened') return `${what} opened: ${from} has ${formatSat(after!.oursMsat)}`;
      if (change === 'closed') return `${what} closed: ${from} had ${formatSat(before!.oursMsat)}`;
      const phase = before!.phase === after!.phase ? '' : ` (${before!.phase} → ${after!.phase})`;
      return `${what}: ${from} ${formatSat(before!.oursMsat)} → ${formatSat(after!.oursMsat)}${phase}`;
    }),
    ...nodes.map(({ name, change, onchainMsat, invoicesMade, invoicesPaid, receivedMsat }) => {
      if (change === 'gone') return `${name} is gone`;
      const parts = [
        ...(change === 'new' ? ['new'] : []),
        ...(onchainMsat === 0n ? [] : [`${signed(onchainMsat)} on chain`]),
        ...(invoicesMade === 0 ? [] : [`${plural(invoicesMade, 'invoice')} made`]),
        ...(invoicesPaid === 0 ? [] : [`${invoicesPaid} paid`]),
        ...(receivedMsat === 0n ? [] : [`${formatSat(receivedMsat)} received`]),
      ];
      return `${name}: ${parts.join(', ')}`;
    }),
  ];
}

/** What has happened, as `--json` has it; amounts in msat. */
export const diffJson = ({ blocks, channels, nodes }: SnapshotDiff): object => ({
  blocks,
  channels: channels.map(({ from, to, shortChannelId, change, before, after }) => ({
    from,
    to,
    short_channel_id: shortChannelId ?? null,
    change,
    before: before ? { to_us_msat: before.oursMsat, phase: before.phase } : null,
    after: after ? { to_us_msat: after.oursMsat, phase: after.phase } : null,
  })),
  nodes: nodes.map((node) => ({
    name: node.name,
    change: node.change,
    onchain_msat: node.onchainMsat,
    invoices_made: node.invoicesMade,
    invoices_paid: node.invoicesPaid,
    received_msat: node.receivedMsat,
  })),
});

/** What an imported one's configs name and is not run, for a person. */
export const leftOutLines = (leftOut: readonly string[], { style }: Output): string[] =>
  leftOut.length === 0
    ? []
    : [
        '',
        `left out, since it came from a file (--trust keeps them):`,
        ...leftOut.map((line) => style.dim(`  ${line}`)),
      ];
