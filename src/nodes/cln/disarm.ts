import { join } from 'node:path';
import { BUILTIN_OPTIONS } from '../../cln/options.js';
import { keepOnly, type ConfigRule } from '../../core/config-rules.js';
import { namesIn, removeTree } from '../../core/files.js';

/** Options that have lightningd run, read, write or listen to what their value names, or ask somebody. */
const NAMES_SOMETHING: ReadonlySet<string> = new Set(
  `
    addr always-use-proxy announce-addr announce-addr-discovered announce-addr-discovered-port autolisten bind-addr
    bitcoin-cli bitcoin-datadir bitcoin-rpcconnect bitcoin-rpcpassword bitcoin-rpcuser conf daemon
    exposesecret-passphrase hsm-passphrase important-plugin include lightning-dir log-file log-prefix
    payment-fronting-node pid-file plugin plugin-dir proxy recover rpc-file rpc-file-mode subdaemon
    tor-service-password wallet
  `
    .trim()
    .split(/\s+/),
);

/** Where lightningd reads settings from in its folder, and where `setconfig` writes them. */
const CONFIGS = ['config', 'config.setconfig', 'regtest/config', 'regtest/config.setconfig'];
/** What lightningd runs all of, and what the plugin manager of Core Lightning has installed. */
const PROGRAMS = ['plugins', 'reckless', 'regtest/plugins', 'regtest/reckless'];

interface Place {
  /** Where the lightning-dir will be when it runs. */
  readonly folder: string;
  readonly bitcoinDatadir: string;
}

/**
 * Takes out of a lightning-dir that is somebody else's whatever would run a program, write elsewhere, or listen to others
 * (lightningd-config(5)). What ln-play itself writes stays; the program for bitcoind is put there anew at the next start.
 *
 * @returns what was taken out: lines, and folders with `/` at their end
 */
export async function disarmLightningDir(lightningDir: string, place: Place): Promise<string[]> {
  const rule = ruleFor(place);
  const out: string[] = [];
  for (const config of CONFIGS) out.push(...(await keepOnly(join(lightningDir, config), rule, 'last')));
  for (const folder of PROGRAMS) {
    const names = await namesIn(join(lightningDir, folder));
    if (names.length > 0) out.push(`${folder}/`);
    await removeTree(join(lightningDir, folder));
  }
  return out;
}

const ruleFor = ({ folder, bitcoinDatadir }: Place): ConfigRule => {
  const ours: { readonly [key: string]: (value: string) => boolean } = {
    'log-file': (value) => value === join(folder, 'log'),
    'bind-addr': (value) => value === join(folder, 'peer') || /^127\.0\.0\.1:\d{1,5}$/.test(value),
    'bitcoin-datadir': (value) => value === bitcoinDatadir,
    'important-plugin': (value) => value === join(bitcoinDatadir, 'bitcoin-backend'),
    include: (value) => value === 'config.setconfig',
  };
  return (key, value) => {
    if (Object.hasOwn(ours, key)) return ours[key]!(value ?? '');
    if (NAMES_SOMETHING.has(key)) return false;
    if (BUILTIN_OPTIONS.has(key)) return true;
    // a developer's option with a word may name a program to wait for
    return key.startsWith('dev-') && (value === undefined || /^(\d+|true|false)$/.test(value));
  };
};
