import { formatSettings } from '../daemons/settings.js';
import { settingsOf, type ChannelSpec, type NetworkSpec, type PolicySpec } from '../network/spec.js';
import { hostOf } from './workloads.js';

/** Where Warnet's own import begins to open channels: a block that is far enough from the coinbases it spends. */
const FIRST_BLOCK = 500;
const CHANNELS_PER_BLOCK = 200;
/** What lightningd announces on regtest unless it is told otherwise: lightningd-config(5). */
const USUAL = { baseMsat: 1n, perMillion: 10, cltvDelta: 6, htlcMinMsat: 0n } as const;

/**
 * A network as a `network.yaml` of Warnet: a tank with a bitcoind and a Core Lightning for each node, and its channels.
 * What Warnet has no word for, such as `private`, is left out.
 */
export function warnetNetwork({ nodes, channels }: NetworkSpec): object {
  const placed = channels.map((channel, index) => ({ channel, index }));
  return {
    nodes: nodes.map((node, index) => {
      const own = placed.filter(({ channel }) => channel.from === node.name);
      const options = settingsOf(node);
      return {
        name: hostOf(node.name),
        addnode: nodes.length === 1 ? [] : [hostOf(nodes[(index + 1) % nodes.length]!.name)],
        ln: { cln: true },
        cln: {
          ...(options.length === 0 ? {} : { config: formatSettings(node.name, [{ settings: options }]) }),
          channels: own.map(({ channel, index: place }) => channelOf(channel, place)),
        },
      };
    }),
  };
}

function channelOf(channel: ChannelSpec, place: number): object {
  const { to, capacitySat, pushMsat = 0n, policy, reversePolicy } = channel;
  return {
    // no coinbase is at index 0
    id: { block: FIRST_BLOCK + Math.floor(place / CHANNELS_PER_BLOCK), index: (place % CHANNELS_PER_BLOCK) + 1 },
    target: `${hostOf(to)}-ln`,
    capacity: Number(capacitySat),
    push_amt: Number(pushMsat), // in msat for Core Lightning, in sat for LND
    ...(policy === undefined ? {} : { source_policy: policyOf(policy, capacitySat) }),
    ...(reversePolicy === undefined ? {} : { target_policy: policyOf(reversePolicy, capacitySat) }),
  };
}

/** Warnet wants all five, in the words of BOLT #7. */
const policyOf = (policy: PolicySpec, capacitySat: bigint): object => ({
  cltv_expiry_delta: policy.cltvDelta ?? USUAL.cltvDelta,
  htlc_minimum_msat: Number(policy.htlcMinMsat ?? USUAL.htlcMinMsat),
  fee_base_msat: Number(policy.baseMsat ?? USUAL.baseMsat),
  fee_proportional_millionths: policy.perMillion ?? USUAL.perMillion,
  htlc_maximum_msat: Number(policy.htlcMaxMsat ?? capacitySat * 1_000n),
});
