/** static_remotekey (BOLT #9): the kind of channel that we open. */
export const STATIC_REMOTEKEY = 12;
const TYPE_NAMES: Record<number, string> = {
  [STATIC_REMOTEKEY]: 'static_remotekey/even',
  22: 'anchors/even',
  46: 'scid_alias/even',
  50: 'zeroconf/even',
};

/** A channel's type as CLN's replies have it. */
export const channelType = (bits: readonly number[] = [STATIC_REMOTEKEY]): object => ({
  bits,
  names: bits.map((bit) => TYPE_NAMES[bit] ?? `unknown_${bit}/${bit % 2 === 0 ? 'even' : 'odd'}`),
});
