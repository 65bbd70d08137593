import type { ImageBalance } from '../../snapshots/image.js';

/** What has happened since a snapshot was made. */
export interface SnapshotDiff {
  readonly blocks: { readonly before: number; readonly after: number };
  readonly channels: readonly ChannelChange[];
  readonly nodes: readonly NodeChange[];
}

export interface ChannelChange {
  readonly from: string;
  readonly to: string;
  readonly shortChannelId: string | undefined;
  /** `moved`: what its ends have in it, or its phase, is another. */
  readonly change: 'opened' | 'closed' | 'moved';
  /** What the opener had and has in it; undefined where there was, or is, no such channel. */
  readonly before: ChannelSide | undefined;
  readonly after: ChannelSide | undefined;
}

export interface ChannelSide {
  readonly oursMsat: bigint;
  readonly phase: string;
}

export interface NodeChange {
  readonly name: string;
  /** `gone`: there was such a node then, `new`: there is one now, besides those that there were. */
  readonly change: 'new' | 'gone' | 'kept';
  /** What its wallet has on chain more than then. */
  readonly onchainMsat: bigint;
  readonly invoicesMade: number;
  readonly invoicesPaid: number;
  readonly receivedMsat: bigint;
}

type ChannelBalance = ImageBalance['channels'][number];
type NodeBalance = ImageBalance['nodes'][number];

/** Which channel is meant: it has a short id of its own once it is in a block. */
const keyOf = ({ from, to, shortChannelId, capacityMsat }: ChannelBalance): string =>
  shortChannelId ?? `${from} ${to} ${capacityMsat}`;

/** What two moments differ in; a channel or node without a difference is left out. */
export function difference(
  then: { readonly height: number; readonly balance: ImageBalance },
  now: { readonly height: number; readonly balance: ImageBalance },
): SnapshotDiff {
  return {
    blocks: { before: then.height, after: now.height },
    channels: channelChanges(then.balance.channels, now.balance.channels),
    nodes: nodeChanges(then.balance.nodes, now.balance.nodes),
  };
}

/** Whether nothing has happened. */
export const isSame = ({ blocks, channels, nodes }: SnapshotDiff): boolean =>
  blocks.before === blocks.after && channels.length === 0 && nodes.length === 0;

function channelChanges(then: readonly ChannelBalance[], now: readonly ChannelBalance[]): ChannelChange[] {
  const before = new Map(then.map((channel) => [keyOf(channel), channel]));
  const after = new Map(now.map((channel) => [keyOf(channel), channel]));
  return Array.from(new Set([...before.keys(), ...after.keys()])).flatMap((key): ChannelChange[] => {
    const [was, is] = [before.get(key), after.get(key)];
    const { from, to, shortChannelId } = (is ?? was)!;
    const change = { from, to, shortChannelId: shortChannelId ?? undefined, before: sideOf(was), after: sideOf(is) };
    if (!was) return [{ ...change, change: 'opened' }];
    if (!is || (is.phase !== was.phase && OVER.has(is.phase))) return [{ ...change, change: 'closed' }];
    return was.oursMsat === is.oursMsat && was.phase === is.phase ? [] : [{ ...change, change: 'moved' }];
  });
}

const OVER = new Set(['shutting-down', 'closing', 'on-chain', 'closed']);

const sideOf = (channel: ChannelBalance | undefined): ChannelSide | undefined =>
  channel && { oursMsat: BigInt(channel.oursMsat), phase: channel.phase };

const NOTHING: Omit<NodeBalance, 'name'> = { onchainMsat: '0', invoices: { made: 0, paid: 0, receivedMsat: '0' } };

function nodeChanges(then: readonly NodeBalance[], now: readonly NodeBalance[]): NodeChange[] {
  const names = new Set([...then, ...now].map(({ name }) => name));
  return Array.from(names).flatMap((name): NodeChange[] => {
    const was = then.find((node) => node.name === name);
    const is = now.find((node) => node.name === name);
    const [a, b] = [was ?? NOTHING, is ?? NOTHING];
    const change: NodeChange = {
      name,
      change: was ? (is ? 'kept' : 'gone') : 'new',
      onchainMsat: BigInt(b.onchainMsat) - BigInt(a.onchainMsat),
      invoicesMade: b.invoices.made - a.invoices.made,
      invoicesPaid: b.invoices.paid - a.invoices.paid,
      receivedMsat: BigInt(b.invoices.receivedMsat) - BigInt(a.invoices.receivedMsat),
    };
    const { onchainMsat, invoicesMade, invoicesPaid, receivedMsat } = change;
    const differs = onchainMsat !== 0n || invoicesMade !== 0 || invoicesPaid !== 0 || receivedMsat !== 0n;
    return differs || change.change !== 'kept' ? [change] : [];
  });
}
