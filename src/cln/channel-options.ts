/**
 * Options that count for new channels alone: those that a node has keep what they ask, until lightning-setchannel(7). See
 * lightningd-config(5).
 */
export const OF_NEW_CHANNELS: ReadonlySet<string> = new Set([
  'fee-base',
  'fee-per-satoshi',
  'htlc-minimum-msat',
  'htlc-maximum-msat',
]);
