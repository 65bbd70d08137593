import type { Kind } from './kinds.js';
import { honoured, ignored, refused, type OptionSpec } from './spec.js';

const developer = { developer: true } as const;
const NOT_HERE = 'it tests a part of Core Lightning that LDK does otherwise';

const TESTING: readonly (readonly [name: string, kind: Kind, help: string, fallback?: string])[] = [
  ['dev-builtin-plugins-unimportant', 'flag', 'Let built-in plugins be stopped'],
  ['dev-no-reconnect-private', 'flag', 'Do not reconnect to peers with private channels'],
  ['dev-fail-on-subdaemon-fail', 'flag', 'Die with a subdaemon'],
  ['dev-allow-localhost', 'flag', 'Announce addresses of this machine'],
  ['dev-fast-gossip', 'flag', 'Send gossip after one second'],
  ['dev-fast-gossip-prune', 'flag', 'Forget gossip after two minutes'],
  ['dev-max-funding-unconfirmed-blocks', 'u32', 'Blocks to wait for a peer’s funding', '2016'],
  ['dev-no-htlc-timeout', 'flag', 'Wait for HTLCs without limit'],
  ['dev-no-version-checks', 'flag', 'Do not ask subdaemons for their version'],
  ['dev-timeout-secs', 'u32', 'Longest wait for INIT, in seconds', '60'],
  ['dev-no-ping-timer', 'flag', 'Do not ping'],
  ['dev-max-fee-multiplier', 'u32', 'How far above ours a peer’s fee may be', '10'],
  ['dev-allowdustreserve', 'bool', 'Allow a reserve below dust', 'false'],
  ['dev-any-channel-type', 'flag', 'Accept any channel type'],
  ['dev-allow-shutdown-destination-change', 'flag', 'Allow another destination in close'],
  ['dev-fd-limit-multiplier', 'u32', 'File descriptors per channel', '2'],
  ['dev-strict-forwarding', 'flag', 'Forward along the channel that is asked for'],
  ['dev-throttle-gossip', 'flag', 'Send gossip slowly'],
  ['dev-limit-connections-inflight', 'flag', 'Connect to few at once'],
  ['dev-low-prio-anchor-blocks', 'u32', 'Target of anchor closes that are in no hurry', '2016'],
  ['dev-warn-on-overgrind', 'flag', 'Warn of signatures of odd length'],
  ['dev-save-plugin-io', 'string', 'Directory for what plugins are sent'],
  ['dev-keep-nagle', 'flag', 'Do not set TCP_NODELAY'],
  ['dev-debug-self', 'flag', 'Start a debugger'],
  ['dev-hsmd-no-preapprove-check', 'flag', 'No preapproval checks'],
  ['dev-no-modern-onion', 'flag', 'Ignore onion messages'],
];

const FAULTS: readonly (readonly [name: string, kind: Kind, help: string])[] = [
  ['dev-debugger', 'string', 'Start gdb at a subdaemon'],
  ['dev-disconnect', 'string', 'Disconnect at points of a file'],
  ['dev-force-privkey', 'string', 'Node key'],
  ['dev-force-bip32-seed', 'string', 'Seed of the wallet'],
  ['dev-force-channel-secrets', 'string', 'Secrets of all channels'],
  ['dev-force-tmp-channel-id', 'string', 'Temporary channel id'],
  ['dev-fail-process-onionpacket', 'flag', 'Fail all onions'],
  ['dev-force-features', 'string', 'Feature bits'],
  ['dev-disable-commit-after', 's32', 'Commit no more after so many'],
  ['dev-onion-reply-length', 'u32', 'Length of onion errors'],
  ['dev-hsmd-fail-preapprove', 'flag', 'Deny preapproval'],
  ['dev-handshake-no-reply', 'flag', 'Do not answer INIT'],
];

/** The `--dev-…` options: those that a playground sets are honoured, and those that provoke faults are refused. */
export const DEVELOPER_OPTIONS: readonly OptionSpec[] = [
  ignored('dev-bitcoind-poll', 'u32', 'Pause between two looks at bitcoind, in seconds', 'blocks are seen at once', {
    ...developer,
    default: '30',
  }),
  honoured('dev-no-plugin-checksum', 'flag', 'Do not look for changed plugins', developer),
  honoured('dev-no-reconnect', 'flag', 'Do not reconnect to peers', developer),
  ignored('dev-fast-reconnect', 'flag', 'Reconnect after three seconds at most', 'it does', developer),
  honoured('dev-crash-after', 'u32', 'Crash after so many seconds', developer),
  ...TESTING.map(([name, kind, help, fallback]) =>
    ignored(name, kind, help, 'it makes no difference here', {
      ...developer,
      ...(fallback === undefined ? {} : { default: fallback }),
    }),
  ),
  ...FAULTS.map(([name, kind, help]) => refused(name, kind, help, NOT_HERE, developer)),
];
