/** A short channel id as people write it: `103x1x0` (BOLT #7). */
export const formatShortChannelId = (scid: bigint): string =>
  `${scid >> 40n}x${(scid >> 16n) & 0xff_ffffn}x${scid & 0xffffn}`;

/** The number that the wire has for `103x1x0`. */
export function parseShortChannelId(text: string): bigint {
  const [block = 0n, transaction = 0n, output = 0n] = text.split('x').map(BigInt);
  return (block << 40n) | (transaction << 16n) | output;
}
