import { trafficRows } from '../background/traffic.js';
import type { Channel, LightningNode, OwnSettings, Policy } from '../../nodes/node.js';
import { readManifest, type NodeRecord } from '../manifest.js';
import type { Network } from '../network.js';
import { sameEdge, type ChannelSpec, type NetworkSpec, type NodeSpec, type PolicySpec } from '../spec.js';
import { presentChannels } from './present.js';

/** Core Lightning's fee-base and fee-per-satoshi, lightningd-config(5). */
const USUAL_FEES = { 'fee-base': '1', 'fee-per-satoshi': '10' };
/** The most of a channel's capacity that is pushed: its opener needs something for fees and the reserve. */
const PUSHED = { parts: 9n, of: 10n };

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
  const channels = await presentChannels(network.nodes);
  const isJoined = (edge: readonly [string, string]): boolean =>
    channels.some(({ from, to }) => sameEdge(edge, [from.name, to.name]));
  const { mining, traffic } = network.background.sections;
  return {
    nodes: records.map((record) => nodeSpec(record, own.get(record.name)!)),
    peers: network.peers.filter((edge) => !isJoined(edge)),
    channels: channels.map(({ from, to, channel, reverse }) => {
      const policy = policyOf(channel, own.get(from.name)!);
      const reversePolicy = reverse && policyOf(reverse, own.get(to.name)!);
      return channelSpec(from, to, channel, { ...(policy && { policy }), ...(reversePolicy && { reversePolicy }) });
    }),
    chain: mining ? { mineEveryMs: mining.everyMs } : {},
    traffic: trafficRows(traffic),
  };
}

function nodeSpec(
  { name, alias, colour, listen, key, executable }: NodeRecord,
  { options, plugins }: OwnSettings,
): NodeSpec {
  return {
    name,
    ...(executable.implementation === 'embedded' && { lightningd: 'embedded' }),
    ...(alias !== undefined && { alias }),
    ...(colour !== undefined && { colour }),
    ...(listen !== undefined && { listen }),
    ...(key !== undefined && { key }),
    ...(options.length > 0 && {
      options: Object.fromEntries(options.map((option) => [option.key, option.value ?? (true as const)])),
    }),
    ...(plugins.length > 0 && { plugins }),
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

/** Its fees, where they are not what its node asks by itself. */
function policyOf(
  { policy: { baseMsat, perMillion } }: { readonly policy: Policy },
  { options }: OwnSettings,
): PolicySpec | undefined {
  const usual = (key: keyof typeof USUAL_FEES): string =>
    options.find((option) => option.key === key)?.value ?? USUAL_FEES[key];
  if (baseMsat === undefined || perMillion === undefined) return undefined;
  const isUsual = String(baseMsat) === usual('fee-base') && String(perMillion) === usual('fee-per-satoshi');
  return isUsual ? undefined : { baseMsat, perMillion };
}
