import type { Implementation } from '../../daemons/implementation.js';
import { trafficRows } from '../background/traffic.js';
import { IMPLEMENTATIONS, type CannotDo } from '../../nodes/implementations.js';
import type { Channel, LightningNode, OwnSettings } from '../../nodes/node.js';
import { readManifest, type NodeRecord } from '../manifest.js';
import type { Network } from '../network.js';
import { sameEdge, type ChannelSpec, type NetworkSpec, type NodeSpec, type PolicySpec } from '../spec.js';
import { fundOf } from './current-funds.js';
import { presentChannels } from './present.js';

/** Core Lightning's fee-base and fee-per-satoshi, lightningd-config(5). */
const USUAL_FEES = { 'fee-base': '1', 'fee-per-satoshi': '10' };
/** The most of a channel that may be pushed: all but its reserve (BOLT #2), which is a hundredth. */
const PUSHED = { parts: 99n, of: 100n };

/**
 * The network that runs, as a spec: `up` with it elsewhere makes the same. What is whose in a channel is pushed in it.
 *
 * All nodes must run.
 */
export async function currentSpec(network: Network): Promise<NetworkSpec> {
  const records = (await readManifest(network.layout))?.nodes ?? [];
  const own = new Map(
    await Promise.all(network.nodes.map(async (node) => [node.name, await node.ownSettings()] as const)),
  );
  const order = (node: LightningNode): number => network.nodes.indexOf(node);
  const channels = (await presentChannels(network.nodes)).toSorted(
    (a, b) => order(a.from) - order(b.from) || order(a.to) - order(b.to),
  );
  const isJoined = (edge: readonly [string, string]): boolean =>
    channels.some(({ from, to }) => sameEdge(edge, [from.name, to.name]));
  const specs = channels.map(({ from, to, channel, reverse }) => {
    const policy = policyOf(channel, own.get(from.name)!, from.implementation);
    const reversePolicy = reverse && policyOf(reverse, own.get(to.name)!, to.implementation);
    return channelSpec(from, to, channel, { ...(policy && { policy }), ...(reversePolicy && { reversePolicy }) });
  });
  const isMixed = new Set(records.map(({ executable }) => executable.implementation)).size > 1;
  const nodes = records.map(async (record) => {
    const fundSat = await fundOf(network, network.node(record.name), channels, specs);
    return nodeSpec(record, own.get(record.name)!, isMixed, fundSat);
  });
  const { mining, feerates, traffic } = network.background.sections;
  return {
    nodes: await Promise.all(nodes),
    peers: network.peers.filter((edge) => !isJoined(edge)),
    channels: specs,
    chain: {
      ...(mining && { mineEveryMs: mining.everyMs }),
      ...(feerates && { feeratePerKw: feerates.estimates[0]!.feeratePerKw }),
    },
    traffic: trafficRows(traffic),
  };
}

function nodeSpec(
  { name, alias, colour, listen, key, executable }: NodeRecord,
  { options, plugins }: OwnSettings,
  isMixed: boolean,
  fundSat: bigint | undefined,
): NodeSpec {
  const { implementation } = executable;
  return {
    name,
    ...((isMixed || implementation === 'embedded') && { lightningd: implementation }),
    ...(alias !== undefined && { alias }),
    ...(colour !== undefined && { colour }),
    ...(listen !== undefined && { listen }),
    ...(key !== undefined && { key }),
    ...(options.length > 0 && {
      options: Object.fromEntries(options.map((option) => [option.key, option.value ?? (true as const)])),
    }),
    ...(plugins.length > 0 && { plugins }),
    ...(fundSat !== undefined && { fundSat }),
  };
}

function channelSpec(
  from: LightningNode,
  to: LightningNode,
  { capacityMsat, oursMsat, private: isPrivate }: Channel,
  policies: Pick<ChannelSpec, 'policy' | 'reversePolicy'>,
): ChannelSpec {
  const most = (capacityMsat * PUSHED.parts) / PUSHED.of;
  const theirs = capacityMsat - oursMsat;
  const pushMsat = theirs < most ? theirs : most;
  return {
    from: from.name,
    to: to.name,
    capacitySat: capacityMsat / 1_000n,
    ...(pushMsat > 0n && { pushMsat }),
    ...(isPrivate && { private: true }),
    ...policies,
  };
}

/** What its node asks for it, where that is not what the node asks by itself; of what can be set for a channel. */
function policyOf(
  { capacityMsat, policy: { baseMsat, perMillion, cltvDelta, htlcMinMsat = 0n, htlcMaxMsat = capacityMsat } }: Channel,
  { options }: OwnSettings,
  implementation: Implementation,
): PolicySpec | undefined {
  const optionOf = (key: string): string | undefined => options.find((option) => option.key === key)?.value;
  const usual = (key: keyof typeof USUAL_FEES): string => optionOf(key) ?? USUAL_FEES[key];
  const { cannot, leastCltvDelta }: { readonly cannot: CannotDo; readonly leastCltvDelta: number } =
    IMPLEMENTATIONS[implementation];
  const isUsual = String(baseMsat) === usual('fee-base') && String(perMillion) === usual('fee-per-satoshi');
  const usualDelta = Math.max(leastCltvDelta, Number(optionOf('cltv-delta') ?? 0));
  // a channel of no limits has the reserve as one, and a least HTLC of 1 msat
  const isLeast = htlcMinMsat > 1n && String(htlcMinMsat) !== optionOf('htlc-minimum-msat');
  const isMost = htlcMaxMsat < (capacityMsat * 9n) / 10n && String(htlcMaxMsat) !== optionOf('htlc-maximum-msat');
  const policy: PolicySpec = {
    ...(!isUsual && { baseMsat, perMillion }),
    ...(!cannot.cltvDelta && cltvDelta !== usualDelta && { cltvDelta }),
    ...(!cannot.htlcMinMsat && isLeast && { htlcMinMsat }),
    ...(!cannot.htlcMaxMsat && isMost && { htlcMaxMsat }),
  };
  return baseMsat === undefined || Object.keys(policy).length === 0 ? undefined : policy;
}
