import { LnPlayError } from '../../core/errors.js';
import type { Probe, WaitOptions } from '../../core/wait.js';
import type { Channel, LightningNode } from '../../nodes/node.js';
import { tipOf } from '../chain.js';
import { connectNodes } from '../channels.js';
import type { Network } from '../network.js';
import type { ChannelSpec, Edge } from '../spec.js';
import type { PresentChannel } from './present.js';

/** How many blocks a channel has to be deep before its nodes announce it (BOLT #7). */
const ANNOUNCE_DEPTH = 6;
/** How many looks at a node go by before one that has not heard of all channels asks its peers. */
const LOOKS_AN_ASK = 5;
/** After how long one that still has not is connected anew to one that has, in ms; twice as long each time. */
const ASK_FOR_ALL_MS = 4_000;

/** A channel of a spec, and as its opener sees it. */
export interface Opened {
  readonly spec: ChannelSpec;
  readonly present: PresentChannel;
}

const needed = ({ private: isPrivate, confirmations = 1 }: ChannelSpec): number =>
  Math.max(isPrivate === true ? 1 : ANNOUNCE_DEPTH, confirmations);

const depthOf = ({ present: { channel } }: Opened, height: number): number =>
  channel.shortChannelId === undefined ? 0 : height - Number(channel.shortChannelId.split('x')[0]) + 1;

/**
 * Gives channels the blocks that they need, no more: until both ends of all of them carry payments, and every node has heard
 * of those that are public. The last block comes once all nodes have seen those before it: a channel that is announced to
 * somebody who has not seen its sixth block is not believed.
 */
export async function confirmChannels(network: Network, opened: readonly Opened[]): Promise<void> {
  const { height } = await tipOf(network.bitcoind);
  const shallow = opened.filter((each) => depthOf(each, height) < needed(each.spec));
  const young = opened.filter((each) => shallow.includes(each) || each.present.channel.phase !== 'normal');
  if (young.length === 0) return;
  const lacks = Math.max(0, ...shallow.map((each) => needed(each.spec) - depthOf(each, height)));
  const isPublic = ({ spec }: Opened): boolean => spec.private !== true;
  const normal = (of: readonly Opened[]): Promise<void> =>
    network.step('channels normal', [], () => waitForNormal(network, of));

  if (lacks > 1) {
    await network.mine(lacks - 1);
    const isDeep = (each: Opened): boolean => depthOf(each, height) + lacks - 1 >= (each.spec.confirmations ?? 1);
    await normal(young.filter(isDeep));
  }
  if (lacks > 0) await network.mine(1);
  await normal(young);
  if (young.some(isPublic)) await network.step('announced', [], () => waitForGossip(network, opened.filter(isPublic)));
}

/** Waits until both ends of these channels carry payments: each node is asked for all of its own at once. */
async function waitForNormal(network: Network, channels: readonly Opened[]): Promise<void> {
  const idsOf = new Map<LightningNode, Set<string>>();
  for (const { present } of channels)
    for (const node of [present.from, present.to])
      idsOf.set(node, (idsOf.get(node) ?? new Set()).add(present.channel.id!));
  const wait = patient(network);
  await Promise.all(Array.from(idsOf, ([node, ids]) => waitForUsable(node, ids, wait)));
}

async function waitForUsable(node: LightningNode, ids: ReadonlySet<string>, wait: Patience): Promise<void> {
  const isTimeToAsk = every(LOOKS_AN_ASK * wait.intervalMs);
  const probe = async (): Promise<Probe<void>> => {
    const own = (await node.channels()).filter(({ id }) => ids.has(id!));
    const missing = own.filter(({ usable }) => !usable);
    if (own.length === ids.size && missing.length === 0) return { done: undefined };
    if (isTimeToAsk())
      await nudgeAll(
        node,
        missing.filter(({ phase }) => phase === 'normal'),
      );
    const [first] = missing;
    return { seen: first ? `${missing.length} not yet, the first ${first.state}` : `${own.length} of ${ids.size}` };
  };
  await node.daemon.waitFor(`${node.name}'s ${ids.size} channels to be normal`, probe, wait);
}

/** Waits until every running node has heard of both sides of these channels, as far as they can reach it. */
async function waitForGossip(network: Network, channels: readonly Opened[]): Promise<void> {
  const running = network.nodes.filter(({ daemon }) => daemon.attach());
  const own = await Promise.all(
    running.map(async (node) => ({ node, id: await node.id(), channels: await node.channels() })),
  );
  const nameOf = new Map(own.map(({ id, node }) => [id, node.name]));
  const joined = own.flatMap(({ node, channels: seen }) =>
    seen.flatMap(({ peer, connected }): Edge[] => (connected ? [[node.name, nameOf.get(peer) ?? peer]] : [])),
  );
  const groupOf = groups([...joined, ...network.peers.filter(([a, b]) => !network.isHeldApart(a, b))]);
  const idsOfChannels = new Set(channels.map(({ present }) => present.channel.id));
  const sides = own.flatMap(({ node, id: source, channels: seen }) =>
    seen
      .filter(({ id }) => idsOfChannels.has(id))
      .map(({ shortChannelId }) => ({ side: `${shortChannelId} ${source}`, group: groupOf.get(node.name) })),
  );
  const wait = patient(network);
  const heardBy: HeardBy = new Map();
  await Promise.all(
    running.map(async (node) => {
      const near = sides.filter(({ group }) => group !== undefined && group === groupOf.get(node.name));
      await waitToHear(node, new Set(near.map(({ side }) => side)), heardBy, wait);
    }),
  );
}

/** Those who reach each other, however many lie between them: the same object for each of a group. */
function groups(edges: readonly Edge[]): ReadonlyMap<string, object> {
  const groupOf = new Map<string, ReadonlySet<string>>();
  for (const [a, b] of edges) {
    const all = new Set([a, b, ...(groupOf.get(a) ?? []), ...(groupOf.get(b) ?? [])]);
    for (const name of all) groupOf.set(name, all);
  }
  return groupOf;
}

/** The sides of channels that each node has heard of when it was asked last. */
type HeardBy = Map<LightningNode, ReadonlySet<string>>;

async function waitToHear(
  node: LightningNode,
  sides: ReadonlySet<string>,
  heardBy: HeardBy,
  wait: Patience,
): Promise<void> {
  const isTimeToAsk = every(LOOKS_AN_ASK * wait.intervalMs);
  const isTimeToAskForAll = every(ASK_FOR_ALL_MS, 2);
  const probe = async (): Promise<Probe<void>> => {
    const heard = new Set((await node.gossip()).map(({ shortChannelId, source }) => `${shortChannelId} ${source}`));
    heardBy.set(node, heard);
    const missing = [...sides].filter((side) => !heard.has(side));
    if (missing.length === 0) return { done: undefined };
    if (isTimeToAskForAll()) await askForAll(node, missing, heardBy);
    else if (isTimeToAsk()) await nudgeAll(node, await node.channels());
    return { seen: `${sides.size - missing.length} of ${sides.size} sides of channels` };
  };
  await node.daemon.waitFor(`${node.name} to hear of all public channels`, probe, wait);
}

/**
 * LDK passes nothing on to a peer that has much waiting for it already, and never again. Who connects is told of all there
 * is: of its peers, the one that knows the most of what is missing tells it. There is none where all have yet to hear.
 */
async function askForAll(node: LightningNode, missing: readonly string[], heardBy: HeardBy): Promise<void> {
  const peers = new Set((await node.channels()).map(({ peer }) => peer));
  const known = Array.from(heardBy, ([other, heard]) => ({
    other,
    count: missing.filter((side) => heard.has(side)).length,
  }));
  for (const { other, count } of known.toSorted((a, b) => b.count - a.count)) {
    if (count === 0) return;
    const id = await other.id();
    if (!peers.has(id)) continue;
    try {
      await node.hangUp(id);
      await connectNodes(node, other);
    } catch (error) {
      if (!(error instanceof LnPlayError && error.code === 'RPC')) throw error; // the other hangs up on somebody, too: both are connected again, and asked later
    }
    return;
  }
}

/** Asks the peers of these channels for what they hold back. */
async function nudgeAll(node: LightningNode, channels: readonly Channel[]): Promise<void> {
  const peers = new Set(channels.flatMap(({ connected, peer }) => (connected ? [peer] : [])));
  await Promise.all(Array.from(peers, (peer) => node.nudge(peer)));
}

type Patience = WaitOptions & { readonly intervalMs: number };

/** The more nodes there are, the less often each is asked: their own work needs the processor too. */
const patient = ({ wait, nodes }: Network): Patience => ({ ...wait, intervalMs: 10 + 2 * nodes.length });

/** Whether so many ms have gone by since it last said so; `times` as many each time. */
function every(ms: number, times = 1): () => boolean {
  let last = performance.now();
  let wanted = ms;
  return () => {
    const now = performance.now();
    if (now - last < wanted) return false;
    last = now;
    wanted *= times;
    return true;
  };
}
