import type { Coin } from '../../nodes/node.js';
import type { ChannelSpec, NetworkSpec } from '../spec.js';
import type { Change, Changes, Loss } from './change.js';
import { assignCoins, outputsFor } from './funds.js';
import { lackingPolicy, matchChannels } from './match.js';
import type { PresentChannel } from './present.js';

/** What there is on chain and off it, where the nodes run. */
export interface PresentFunds {
  readonly channels: readonly PresentChannel[];
  /** Of the nodes of which they are known, by name. */
  readonly coins: ReadonlyMap<string, readonly Coin[]>;
  /** Names of those that have not been sent anything yet. */
  readonly unfunded: ReadonlySet<string>;
}

/** What one node is sent, an output each. */
export interface Funding {
  readonly node: string;
  readonly outputsSat: readonly bigint[];
}

/** What each node has to be sent for the channels that are missing. */
export function planFunding(
  spec: NetworkSpec,
  missing: readonly ChannelSpec[],
  { coins, unfunded }: Pick<PresentFunds, 'coins' | 'unfunded'>,
): Funding[] {
  return spec.nodes.flatMap((wanted) => {
    const node = wanted.name;
    const own = missing.filter(({ from }) => from === node);
    const has = coins.get(node) ?? [];
    const assigned = assignCoins(own, has);
    const without = own.filter((channel) => !assigned.has(channel));
    const outputsSat = outputsFor(wanted, unfunded.has(node) && has.length === 0, without).filter((sat) => sat > 0n);
    return outputsSat.length === 0 ? [] : [{ node, outputsSat }];
  });
}

/** How money, channels and policies differ from a spec. */
export function planChannels(spec: NetworkSpec, present: PresentFunds): Changes {
  const { pairs, missing, extra } = matchChannels(spec.channels, present.channels);
  const funding = planFunding(spec, missing, present);
  const fund = funding.map(({ node, outputsSat }): Change => {
    return { what: 'fund', node, amountSat: outputsSat.reduce((sum, sat) => sum + sat, 0n) };
  });
  const open = missing.map((channel): Change => ({ what: 'open channel', channel }));
  const policies = [
    ...missing.flatMap((channel) => policiesOf(channel, {}, {})),
    ...pairs.flatMap(({ spec: channel, present: { channel: own, reverse } }) =>
      policiesOf(channel, own.policy, reverse?.policy ?? {}),
    ),
  ];
  const losses = extra.map(({ from, to, channel }): Loss => ({
    what: 'close channel',
    from: from.name,
    to: to.name,
    capacitySat: channel.capacityMsat / 1_000n,
    channelId: channel.id,
    shortChannelId: channel.shortChannelId,
  }));
  return { changes: [...fund, ...open, ...policies], losses };
}

type Own = PresentChannel['channel']['policy'];

function policiesOf({ from, to, capacitySat, policy, reversePolicy }: ChannelSpec, own: Own, reverse: Own): Change[] {
  const capacityMsat = capacitySat * 1_000n;
  const ours = lackingPolicy(policy, own, capacityMsat);
  const theirs = lackingPolicy(reversePolicy, reverse, capacityMsat);
  return [
    ...(ours ? [{ what: 'set policy' as const, from, to, policy: ours }] : []),
    ...(theirs ? [{ what: 'set policy' as const, from: to, to: from, policy: theirs }] : []),
  ];
}
