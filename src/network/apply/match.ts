import type { Policy } from '../../nodes/node.js';
import type { ChannelSpec, PolicySpec } from '../spec.js';
import type { PresentChannel } from './present.js';

/** Which channel of a spec is which of those there are; what is missing, and what is too much. */
export interface Match<C> {
  readonly pairs: readonly { readonly spec: ChannelSpec; readonly present: C }[];
  readonly missing: readonly ChannelSpec[];
  readonly extra: readonly C[];
}

/** What tells one channel from another. */
type Comparable = {
  readonly from: { readonly name: string };
  readonly to: { readonly name: string };
  readonly channel: Pick<PresentChannel['channel'], 'capacityMsat' | 'private' | 'phase'>;
};

/**
 * Matches a spec's channels with those there are: who opened it, who is at its other end, how large it is, and whether it is
 * private. Of several alike, the first is the first. A channel that is still being opened isn't yet known to be private.
 */
export function matchChannels<C extends Comparable>(specs: readonly ChannelSpec[], present: readonly C[]): Match<C> {
  const left = [...present];
  const pairs: { spec: ChannelSpec; present: C }[] = [];
  const missing: ChannelSpec[] = [];
  for (const spec of specs) {
    const index = left.findIndex((candidate) => isAlike(spec, candidate));
    if (index === -1) missing.push(spec);
    else pairs.push({ spec, present: left.splice(index, 1)[0]! });
  }
  return { pairs, missing, extra: left };
}

const isAlike = (spec: ChannelSpec, { from, to, channel }: Comparable): boolean =>
  spec.from === from.name &&
  spec.to === to.name &&
  spec.capacitySat * 1_000n === channel.capacityMsat &&
  (channel.phase === 'opening' || (spec.private ?? false) === channel.private);

/** What a policy says that is not so yet; undefined where nothing is. */
export function lackingPolicy(wanted: PolicySpec | undefined, has: Policy, capacityMsat: bigint): Policy | undefined {
  if (!wanted) return undefined;
  const { baseMsat, perMillion, cltvDelta, htlcMinMsat, htlcMaxMsat } = wanted;
  const policy: Policy = { baseMsat, perMillion, cltvDelta, htlcMinMsat, htlcMaxMsat };
  const isSo = (key: keyof Policy): boolean => {
    const value = policy[key];
    if (value === undefined || value === has[key]) return true;
    // a node takes the most that the channel carries for more than that: what is left of it beside the reserve
    return key === 'htlcMaxMsat' && has.htlcMaxMsat !== undefined && isAllOfIt(htlcMaxMsat!, has.htlcMaxMsat);
  };
  const isAllOfIt = (asked: bigint, got: bigint): boolean => asked > got && got >= (capacityMsat * 9n) / 10n;
  return (Object.keys(policy) as (keyof Policy)[]).every(isSo) ? undefined : policy;
}
