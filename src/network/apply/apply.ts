import { formatMsat } from '../../core/amounts.js';
import { LnPlayError, messageOf } from '../../core/errors.js';
import type { Coin, LightningNode } from '../../nodes/node.js';
import { tipOf } from '../chain.js';
import { readManifest, writeManifest } from '../manifest.js';
import type { Network } from '../network.js';
import type { ChannelSpec, NetworkSpec } from '../spec.js';
import { waitForFunds } from '../waits.js';
import { confirmChannels, type Opened } from './announce.js';
import type { Change, Changes, Loss } from './change.js';
import { assignCoins } from './funds.js';
import { lackingPolicy, matchChannels } from './match.js';
import { openChannels, type FailedOpening } from './open.js';
import { planChannels, planFunding, type PresentFunds } from './plan-channels.js';
import { presentChannels } from './present.js';
import { prune } from './prune.js';
import { settleOpenings } from './settle-openings.js';

/** What there is of a network that runs. */
export async function presentFunds(network: Network, spec: NetworkSpec): Promise<PresentFunds> {
  const manifest = await readManifest(network.layout);
  const unfunded = new Set((manifest?.nodes ?? []).filter((node) => node.unfunded).map(({ name }) => name));
  const concerned = network.nodes.filter(
    ({ name }) => unfunded.has(name) || spec.channels.some(({ from }) => from === name),
  );
  const [channels, coins] = await Promise.all([
    presentChannels(network.nodes),
    Promise.all(concerned.map(async (node) => [node.name, await node.funds()] as const)),
  ]);
  return { channels, coins: new Map(coins), unfunded };
}

/**
 * Brings the money, channels and policies of a network whose nodes all run to what a spec says. What another command was
 * stopped in the middle of is gone on with: all of it is known from the nodes.
 *
 * @param losses what the spec has no more besides channels
 * @param isPruned whether what it has no more is taken away, first of all
 * @returns what was done, and what the spec has no more
 * @throws {LnPlayError} RPC where channels could not be opened: the others are, and a second call tries these again
 */
export async function applyChannels(
  network: Network,
  spec: NetworkSpec,
  losses: readonly Loss[],
  isPruned: boolean,
): Promise<Changes> {
  let present = await presentFunds(network, spec);
  let plan = planChannels(spec, present);
  if (isPruned) await prune(network, [...plan.losses, ...losses]);
  const isAsked = (what: Change['what']): boolean => plan.changes.some((change) => change.what === what);
  let failed: FailedOpening[] = [];
  const isHalfOpen = present.channels.some(({ channel }) => channel.phase === 'opening');
  if (isAsked('open channel') || isAsked('fund') || isHalfOpen) {
    await finishFormer(network, openersOf(network, spec.channels));
    present = await presentFunds(network, spec);
    plan = planChannels(spec, present);
    const { missing } = matchChannels(spec.channels, present.channels);
    await fund(network, spec, missing, present);
    failed = await open(network, missing);
  }
  const { pairs } = matchChannels(spec.channels, await presentChannels(network.nodes));
  await setPolicies(network, pairs);
  await confirmChannels(network, pairs);
  if (failed.length > 0) throw notOpened(failed);
  return plan;
}

const openersOf = (network: Network, channels: readonly ChannelSpec[]): LightningNode[] =>
  network.nodes.filter(({ name }) => channels.some(({ from }) => from === name));

/** What an earlier command left in the mempool gets its block, and what it had nodes open comes to its end. */
async function finishFormer(network: Network, openers: readonly LightningNode[]): Promise<void> {
  await network.steps.run('look what there is', () => settleOpenings(network, openers));
  const { size } = await network.bitcoind.call<{ size: number }>('getmempoolinfo');
  if (size > 0) await network.mine(1);
}

/** Sends all nodes what they need in one transaction, and gives it a block. */
async function fund(
  network: Network,
  spec: NetworkSpec,
  missing: readonly ChannelSpec[],
  present: PresentFunds,
): Promise<void> {
  const funding = planFunding(spec, missing, present);
  if (funding.length > 0)
    await network.step('fund', [], async () => {
      const outputs = await Promise.all(
        funding.flatMap(({ node, outputsSat }) =>
          outputsSat.map(async (sat) => [await network.node(node).newAddress(), sat] as const),
        ),
      );
      const txid = await network.faucet.sendMany(new Map(outputs));
      await network.miner.mine(1, network.wait);
      const tip = await tipOf(network.bitcoind);
      await Promise.all(
        funding.map(({ node }) => waitForFunds(network.node(node), network.bitcoind, txid, tip, network.wait)),
      );
    });
  if (present.unfunded.size > 0) await markFunded(network);
  await network.sync(); // who opens a channel, and at its other end, are to be at the same height
}

async function markFunded({ layout }: Network): Promise<void> {
  const manifest = (await readManifest(layout))!;
  await writeManifest(layout, { ...manifest, nodes: manifest.nodes.map((node) => ({ ...node, unfunded: undefined })) });
}

async function open(network: Network, missing: readonly ChannelSpec[]): Promise<FailedOpening[]> {
  if (missing.length === 0) return [];
  const coins = new Map<ChannelSpec, Coin>();
  await Promise.all(
    openersOf(network, missing).map(async (node) => {
      const own = missing.filter(({ from }) => from === node.name);
      for (const [channel, coin] of assignCoins(own, await node.funds())) coins.set(channel, coin);
    }),
  );
  const name = missing.length === 1 ? 'open a channel' : `open ${missing.length} channels`;
  return await network.step(name, [], () => openChannels(network, missing, coins));
}

async function setPolicies(network: Network, pairs: readonly Opened[]): Promise<void> {
  const settings = pairs.flatMap(({ spec, present: { from, to, channel, reverse } }) => {
    const own = lackingPolicy(spec.policy, channel.policy, channel.capacityMsat);
    const theirs = reverse && lackingPolicy(spec.reversePolicy, reverse.policy, channel.capacityMsat);
    return [
      ...(own ? [() => from.setPolicy(channel, own)] : []),
      ...(theirs ? [() => to.setPolicy(reverse, theirs)] : []),
    ];
  });
  if (settings.length === 0) return;
  await network.step('set policies', [], () => Promise.all(settings.map((set) => set())));
}

function notOpened(failed: readonly FailedOpening[]): LnPlayError {
  const details = failed.map(
    ({ channel: { from, to, capacitySat }, error }) =>
      `${from} to ${to}, ${formatMsat(capacitySat * 1_000n)}: ${messageOf(error)}`,
  );
  const what = failed.length === 1 ? 'A channel' : `${failed.length} channels`;
  return new LnPlayError('RPC', `${what} could not be opened`, {
    details,
    hint: 'all else is as it should be; the same command again tries once more',
    cause: failed[0]!.error,
  });
}
