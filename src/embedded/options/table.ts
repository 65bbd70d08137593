import { DEVELOPER_OPTIONS } from './table-developer.js';
import { BITCOIN_OPTIONS, PLUGIN_SUITE_OPTIONS } from './table-plugins.js';
import { honoured, ignored, refused, type OptionSpec } from './spec.js';

const NO_LDK = 'LDK has no such thing';
const NO_PROXY = 'ours opens plain connections only, and would give away what the proxy is to hide';
const RAW_SECRET = 'hsm_secret is a plain file here';

const START: readonly OptionSpec[] = [
  honoured('developer', 'flag', 'Turn on developer commands and options, and turn off legacy APIs'),
  honoured('conf', 'string', 'Read this configuration file', { arg: '<file>' }),
  honoured('lightning-dir', 'string', 'Base directory; what belongs to the network is in a subdirectory of it', {
    arg: '<dir>',
  }),
  honoured('network', 'network', 'The network: regtest is the only one here', { default: 'regtest' }),
  honoured('testnet', 'flag', 'The same as --network=testnet'),
  honoured('testnet4', 'flag', 'The same as --network=testnet4'),
  honoured('signet', 'flag', 'The same as --network=signet'),
  honoured('mainnet', 'flag', 'The same as --network=bitcoin'),
  honoured('regtest', 'flag', 'The same as --network=regtest'),
  honoured('version', 'flag', 'Print the version and exit', { short: 'V', exits: true }),
  honoured('rpc-file', 'string', 'The JSON-RPC socket, in the network directory', { default: 'lightning-rpc' }),
  honoured('rpc-file-mode', 'mode', 'Permissions of the JSON-RPC socket', { default: '0600' }),
  ignored('test-daemons-only', 'flag', 'Check the subdaemons and exit', 'there are none', { exits: true }),
  ignored('list-features-only', 'flag', 'List the features and exit', 'they are LDK’s', { exits: true, hidden: true }),
  honoured('allow-deprecated-apis', 'bool', 'Take deprecated options, commands and fields', { default: 'true' }),
  honoured('daemon', 'flag', 'Run in the background'),
  honoured('help', 'flag', 'Print this message', { short: 'h', exits: true }),
  honoured('pid-file', 'string', 'The pid file', { arg: '<file>' }),
];

const PLUGINS: readonly OptionSpec[] = [
  honoured('plugin', 'string', 'Run this plugin (may be given several times)', { multi: true }),
  honoured('plugin-dir', 'string', 'Run the plugins in this directory (may be given several times)', { multi: true }),
  honoured('clear-plugins', 'flag', 'Forget all plugins given before this option'),
  honoured('disable-plugin', 'string', 'Do not run the plugin of this file or name', { multi: true }),
  honoured('important-plugin', 'string', 'Run this plugin, and die when it dies (may be given several times)', {
    multi: true,
  }),
];

const NODE: readonly OptionSpec[] = [
  honoured('rgb', 'rgb', 'Colour of the node, RRGGBB'),
  honoured('alias', 'alias', 'Name of the node, up to 32 bytes', { keepsSpace: true }),
  honoured('addr', 'addr', 'Listen on this address and announce it', { multi: true }),
  honoured('bind-addr', 'string', 'Listen on this address, or socket path, without announcing it', { multi: true }),
  honoured('announce-addr', 'announceAddr', 'Announce this address without listening on it', { multi: true }),
  ignored('announce-addr-discovered', 'autobool', 'Announce addresses that peers report', 'nothing is discovered', {
    default: 'auto',
  }),
  ignored('announce-addr-discovered-port', 'u32', 'Port announced with them', 'nothing is discovered', {
    default: '19846',
  }),
  honoured('offline', 'flag', 'Neither reconnect to peers nor listen for them'),
  ignored('autolisten', 'bool', 'Listen on the default port', 'it listens only where it is told to', {
    default: 'false',
  }),
  refused('proxy', 'string', 'Connect through this socks5 proxy', NO_PROXY),
  ignored('always-use-proxy', 'bool', 'Use the proxy always', 'there is no proxy', { default: 'false' }),
  refused('tor-service-password', 'string', 'Password of the Tor service', NO_PROXY),
  ignored('disable-dns', 'flag', 'Do not look up names of peers', 'regtest peers are addresses'),
  refused('wallet', 'string', 'Place of the database', 'its state is files in the network directory'),
  refused('recover', 'string', 'Restore hsm_secret from this secret', 'write the 32 bytes to hsm_secret instead'),
  refused('hsm-passphrase', 'flag', 'Ask for the passphrase of hsm_secret', RAW_SECRET),
  refused('encrypted-hsm', 'flag', 'Ask for the password of hsm_secret', RAW_SECRET, { hidden: true }),
  refused('subdaemon', 'string', 'Use this program as SUBDAEMON:PATH', 'it is one process', { multi: true }),
  ignored('database-upgrade', 'bool', 'Allow upgrades of the database', 'there is no database'),
  ignored('autoconnect-seeker-peers', 'u32', 'Connect to this many peers for gossip', 'peers are connected by hand', {
    default: '10',
  }),
  ignored('i-promise-to-fix-broken-api-user', 'string', 'Turn a removed API on again', 'all of them are gone', {
    multi: true,
  }),
  ignored('payment-fronting-node', 'string', 'Route invoices through this neighbour', NO_LDK, { multi: true }),
  ignored('message-padding', 'bool', 'Pad messages to one length', NO_LDK, { default: 'false' }),
  ignored('accept-htlc-tlv-type', 'u64', 'Accept HTLCs with this even TLV type', NO_LDK, { multi: true }),
];

const CHANNELS: readonly OptionSpec[] = [
  refused('experimental-dual-fund', 'flag', 'Open channels with funds of both sides', NO_LDK),
  refused('experimental-splicing', 'flag', 'Resize channels by splicing', NO_LDK),
  ignored('experimental-shutdown-wrong-funding', 'flag', 'Close with another transaction', NO_LDK),
  ignored('experimental-peer-storage', 'flag', 'Keep backups for peers', NO_LDK, { hidden: true }),
  ignored('large-channels', 'flag', 'Allow channels above 2^24 sat', 'they are allowed', { hidden: true }),
  ignored('wumbo', 'flag', 'Allow channels above 2^24 sat', 'they are allowed', { hidden: true }),
  ignored('ignore-fee-limits', 'bool', 'Let the peer set any feerate', 'a peer may set any', { default: 'true' }),
  ignored('watchtime-blocks', 'u32', 'Blocks before a peer may spend after a close', 'LDK takes 144', {
    default: '144',
  }),
  honoured('funding-confirms', 'u32', 'Confirmations before a channel opens', { default: '1' }),
  ignored('require-confirmed-inputs', 'bool', 'Want confirmed inputs of the peer', 'there is no dual funding', {
    default: 'false',
  }),
  honoured('cltv-delta', 'u32', 'cltv_expiry_delta of forwards, in blocks (42 at least)', { default: '42' }),
  ignored('cltv-final', 'u32', 'cltv_expiry of invoices, in blocks', 'LDK takes 27 at least', { default: '27' }),
  ignored('commit-time', 'u32', 'Wait before COMMIT, in ms', 'LDK commits at once', {
    arg: '<millseconds>',
    default: '10',
  }),
  honoured('fee-base', 'u32', 'Fee for each forward, in msat', { default: '1' }),
  honoured('fee-per-satoshi', 'u32', 'Fee for each forward, in millionths', { default: '10' }),
  ignored('rescan', 's32', 'Look again at this many blocks', 'every block since the last is looked at', {
    default: '30',
  }),
  honoured('htlc-minimum-msat', 'msat', 'The least HTLC to forward in new channels', { default: '0' }),
  ignored('htlc-maximum-msat', 'msat', 'The largest HTLC to forward in new channels', 'a channel takes all it can', {
    default: '18446744073709551615',
  }),
  honoured('max-concurrent-htlcs', 'u32', 'HTLCs that a channel carries at once, 1 to 483', { default: '483' }),
  ignored('max-dust-htlc-exposure-msat', 'msat', 'The most that may be in dust HTLCs', 'it may be all', {
    default: '5000000000',
  }),
  honoured('min-capacity-sat', 'u64', 'The least capacity of a channel, in sat', { default: '10000', dynamic: true }),
  ignored('force-feerates', 'string', 'Feerates in perkw', 'all of ours are 253perkw, or what `ln-play feerate` sets'),
  ignored('commit-fee', 'u64', 'Percentage of the feerate for commitments', 'bitcoind’s estimate is used', {
    default: '100',
  }),
  ignored('commit-feerate-offset', 'u32', 'Added to feerate updates, in perkw', 'bitcoind’s estimate is used', {
    default: '5',
  }),
  ignored('min-emergency-msat', 'msat', 'Kept back for anchor closes', 'channels have no anchors', {
    default: '25000000',
  }),
  ignored('invoices-onchain-fallback', 'flag', 'Put an on-chain address in invoices', NO_LDK),
];

const LOGGING: readonly OptionSpec[] = [
  honoured('log-level', 'string', 'Least level to print (io, trace, debug, info, unusual, broken) [:prefix]', {
    default: 'info',
    multi: true,
  }),
  honoured('log-timestamps', 'bool', 'Begin each line with the time', { default: 'true' }),
  honoured('log-prefix', 'string', 'Begin each line with this', { keepsSpace: true }),
  honoured('log-file', 'string', 'Print the log to this file (- is standard output)', { arg: '<file>', multi: true }),
];

/** All options of lightningd v26.06, and what ours does with each. */
export const OPTIONS: readonly OptionSpec[] = [
  ...START,
  ...PLUGINS,
  ...NODE,
  ...CHANNELS,
  ...LOGGING,
  ...BITCOIN_OPTIONS,
  ...DEVELOPER_OPTIONS,
  ...PLUGIN_SUITE_OPTIONS,
];
