import { join } from 'node:path';
import type { Implementation } from './implementation.js';
import type { ConfigFile } from '../core/config-file.js';
import type { Setting, SettingsGroup } from './settings.js';

/** What the config of a new node says, wherever the node will run. */
export interface LightningdConfig {
  readonly alias: string;
  /** Six hex digits. */
  readonly rgb: string;
}

/** Where things are, as the lightningd sees them that is to read the config. */
export interface LightningdPlace {
  readonly lightningDir: string;
  /** `<lightning-dir>/peer` or `127.0.0.1:PORT`. */
  readonly bindAddr: string;
  readonly bitcoinDatadir: string;
  readonly bitcoinRpcPort: number;
  readonly bitcoinCli: string | undefined;
  /** The plugin that a Core Lightning has in place of bcli (see bitcoin-backend); undefined where ours can't run. */
  readonly bitcoinBackend: string | undefined;
}

/** A Core Lightning with its own bcli: dev-bitcoind-poll's floor. */
const POLLING: SettingsGroup = {
  comment: 'quick: a block is looked for each second',
  settings: [{ key: 'developer' }, { key: 'dev-bitcoind-poll', value: '1' }],
};

/** What makes each kind quick. */
const QUICK: { readonly [I in Implementation]: (place: LightningdPlace) => SettingsGroup } = {
  cln: ({ bitcoinBackend }) =>
    bitcoinBackend === undefined
      ? POLLING
      : {
          comment:
            'quick: a block is seen when it is mined, not at the next poll in 30 s; without these four lines lightningd polls as it always does (dev-bitcoind-poll=1: each second, its floor with bcli)',
          settings: [
            { key: 'developer' },
            { key: 'dev-bitcoind-poll', value: '0' },
            { key: 'disable-plugin', value: 'bcli' },
            { key: 'important-plugin', value: bitcoinBackend },
          ],
        },
  embedded: () => ({ settings: [{ key: 'developer' }] }),
};

/** The talk's config, and below it what makes a playground quick (lightningd-config(5)). */
export function lightningdSettings(
  implementation: Implementation,
  { alias, rgb }: LightningdConfig,
  place: LightningdPlace,
): SettingsGroup[] {
  return [
    {
      settings: [
        { key: 'network', value: 'regtest' },
        { key: 'log-level', value: 'debug' },
        { key: 'log-file', value: join(place.lightningDir, 'log') },
        { key: 'alias', value: alias },
        { key: 'rgb', value: rgb },
        { key: 'allow-deprecated-apis', value: 'false' },
        { key: 'bind-addr', value: place.bindAddr },
      ],
    },
    {
      comment: 'our bitcoind',
      settings: [
        { key: 'bitcoin-datadir', value: place.bitcoinDatadir },
        { key: 'bitcoin-rpcport', value: String(place.bitcoinRpcPort) },
        ...(place.bitcoinCli === undefined ? [] : [{ key: 'bitcoin-cli', value: place.bitcoinCli }]),
      ],
    },
    QUICK[implementation](place),
    {
      comment: 'gossip at once; regtest has no fee estimates, so take what a peer proposes',
      settings: [{ key: 'dev-fast-gossip' }, { key: 'ignore-fee-limits', value: 'true' }],
    },
    {
      comment: 'look back no further than a playground reorganises its chain',
      settings: [{ key: 'rescan', value: '6' }],
    },
  ];
}

/** Whatever these say is of the place and of the node's own making. */
const OF_THE_PLACE: ReadonlySet<string> = new Set([
  'network',
  'log-file',
  'alias',
  'rgb',
  'bind-addr',
  'bitcoin-datadir',
  'bitcoin-rpcport',
  'bitcoin-cli',
  'important-plugin',
  'dev-no-reconnect',
]);

/** What a config has that a new node's has not: options, of which the last of a name counts, and plugins. */
export function ownSettingsOf(
  file: ConfigFile,
  implementation: Implementation,
): { readonly options: readonly Setting[]; readonly plugins: readonly string[] } {
  const place = {
    lightningDir: '',
    bindAddr: '',
    bitcoinDatadir: '',
    bitcoinRpcPort: 0,
    bitcoinCli: '',
    bitcoinBackend: '',
  };
  const usual = lightningdSettings(implementation, { alias: '', rgb: '' }, place).flatMap(({ settings }) => settings);
  const isUsual = ({ key, value }: Setting): boolean =>
    OF_THE_PLACE.has(key) || usual.some((each) => each.key === key && (each.value ?? '') === (value ?? ''));
  const own = file.entries().filter((setting) => !isUsual(setting));
  const options = new Map(own.filter(({ key }) => key !== 'plugin').map((setting) => [setting.key, setting]));
  return {
    options: [...options.values()],
    plugins: own.flatMap(({ key, value }) => (key === 'plugin' ? [value!] : [])),
  };
}
