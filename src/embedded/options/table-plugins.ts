import type { Kind } from './kinds.js';
import { honoured, ignored, type OptionSpec } from './spec.js';

/** What Core Lightning's bcli plugin takes: how bitcoind is reached. */
export const BITCOIN_OPTIONS: readonly OptionSpec[] = [
  honoured('bitcoin-datadir', 'string', 'Data directory of bitcoind, where its cookie and bitcoin.conf are'),
  ignored('bitcoin-cli', 'string', 'Path of bitcoin-cli', 'bitcoind is called without it'),
  honoured('bitcoin-rpcuser', 'string', 'User of bitcoind’s RPC'),
  honoured('bitcoin-rpcpassword', 'string', 'Password of bitcoind’s RPC'),
  honoured('bitcoin-rpcconnect', 'string', 'Host of bitcoind’s RPC'),
  honoured('bitcoin-rpcport', 'u32', 'Port of bitcoind’s RPC'),
  ignored('bitcoin-rpcclienttimeout', 'u64', 'Longest wait for bitcoind, in seconds', 'it is on this machine', {
    default: '60',
  }),
  honoured('bitcoin-retry-timeout', 'u64', 'How long to go on trying before giving up, in seconds', { default: '60' }),
];

const SUITE: readonly (readonly [name: string, kind: Kind, help: string, fallback?: string])[] = [
  ['renepay-debug-mcf', 'flag', 'Details of renepay’s routes'],
  ['renepay-debug-payflow', 'flag', 'Details of renepay’s payments'],
  ['xpay-handle-pay', 'bool', 'Let xpay answer pay', 'true'],
  ['xpay-slow-mode', 'bool', 'Wait for all parts of a payment', 'false'],
  ['xpay-user-layer', 'string', 'A layer of askrene for each payment'],
  ['askrene-timeout', 'u64', 'Longest search for a route, in seconds', '10'],
  ['askrene-max-threads', 'u64', 'Routes computed at once', '4'],
  ['bkpr-currency', 'string', 'Currency in which to book'],
  ['bookkeeper-dir', 'string', 'Directory of the books'],
  ['bookkeeper-db', 'string', 'Database of the books'],
  ['disable-mpp', 'flag', 'Pay in one part'],
  ['autoclean-cycle', 'u64', 'Clean up after so many seconds', '3600'],
  ...[
    'succeededforwards',
    'failedforwards',
    'succeededpays',
    'failedpays',
    'paidinvoices',
    'expiredinvoices',
    'networkevents',
  ].map((what) => [`autoclean-${what}-age`, 'u64', `Forget ${what} after so many seconds`] as const),
  ['experimental-bwatch', 'flag', 'Watch the chain with bwatch'],
  ['bwatch-poll-interval', 'u64', 'Pause between two looks of bwatch, in ms', '30000'],
  ['exposesecret-passphrase', 'string', 'Allow exposesecret with this passphrase'],
  ['fetchinvoice-noconnect', 'flag', 'Fetch invoices without connecting'],
  ...(
    [
      ['policy', 'fixed'],
      ['policy-mod', '0'],
      ['min-their-funding', '10000sat'],
      ['max-their-funding', '4294967295sat'],
      ['per-channel-min', '10000sat'],
      ['per-channel-max', '4294967295sat'],
      ['reserve-tank', '0sat'],
      ['fuzz-percent', '0'],
      ['fund-probability', '100'],
      ['lease-requests-only', 'true'],
    ] as const
  ).map(([what, fallback]) => [`funder-${what}`, 'string', 'Dual funding’s policy', fallback] as const),
  ['lease-fee-base-sat', 'string', 'Liquidity ads'],
  ['lease-fee-basis', 'u64', 'Liquidity ads'],
  ['lease-funding-weight', 'u64', 'Liquidity ads'],
  ['channel-fee-max-base-msat', 'string', 'Liquidity ads'],
  ['channel-fee-max-proportional-thousandths', 'u64', 'Liquidity ads'],
];

/** What Core Lightning's own plugins take; ours does their work itself, or not at all. */
export const PLUGIN_SUITE_OPTIONS: readonly OptionSpec[] = SUITE.map(([name, kind, help, fallback]) =>
  ignored(name, kind, help, 'it belongs to a plugin of Core Lightning’s that is not here', {
    hidden: true,
    ...(fallback === undefined ? {} : { default: fallback }),
  }),
);
