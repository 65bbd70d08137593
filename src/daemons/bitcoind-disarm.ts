import { join } from 'node:path';
import { keepOnly, type ConfigRule } from '../core/config-rules.js';
import { readIfThere, removeTree, writeWhole } from '../core/files.js';

const FLAG = /^[01]$/;
const NUMBER = /^\d+(\.\d+)?$/;
const LOOPBACK = /^127\.0\.0\.1$/;

/** What of a bitcoin.conf may stay that is somebody else's: it runs nothing, and talks to nobody but this machine. */
const HARMLESS: { readonly [key: string]: RegExp } = {
  regtest: FLAG,
  server: FLAG,
  fallbackfee: NUMBER,
  keypool: NUMBER,
  txindex: FLAG,
  checkmempool: NUMBER,
  maxsigcachesize: NUMBER,
  corepolicy: FLAG,
  listen: /^0$/,
  dnsseed: /^0$/,
  fixedseeds: /^0$/,
  discover: /^0$/,
  rpcbind: LOOPBACK,
  rpcallowip: LOOPBACK,
  rpcport: NUMBER,
  rpcthreads: NUMBER,
  rpcworkqueue: NUMBER,
  minrelaytxfee: NUMBER,
  incrementalrelayfee: NUMBER,
  dustrelayfee: NUMBER,
  blockmintxfee: NUMBER,
  blockmaxweight: NUMBER,
  maxmempool: NUMBER,
  mempoolexpiry: NUMBER,
  mempoolfullrbf: FLAG,
  limitancestorcount: NUMBER,
  limitdescendantcount: NUMBER,
  datacarrier: FLAG,
  datacarriersize: NUMBER,
  acceptnonstdtxn: FLAG,
  blockfilterindex: FLAG,
  coinstatsindex: FLAG,
  paytxfee: NUMBER,
  maxtxfee: NUMBER,
};

const rule: ConfigRule = (key, value) => Object.hasOwn(HARMLESS, key) && HARMLESS[key]!.test(value ?? '');

/** The names of wallets, which are folders beside one another. */
const isWallet = (name: unknown): boolean => typeof name === 'string' && /^[\w-][\w.-]*$/.test(name);

/**
 * Takes out of a datadir that is somebody else's whatever would have bitcoind run a program (`blocknotify`, `signer`, …),
 * write elsewhere, or talk to others; what it loads by itself are wallets in it.
 *
 * @returns what was taken out
 */
export async function disarmDatadir(datadir: string): Promise<string[]> {
  const out = await keepOnly(join(datadir, 'bitcoin.conf'), rule, 'first');
  const file = join(datadir, 'regtest', 'settings.json');
  const text = await readIfThere(file);
  if (text !== undefined) {
    const settings = settingsOf(text);
    const wallets = Array.isArray(settings['wallet']) ? settings['wallet'].filter(isWallet) : [];
    const others = Object.keys(settings).filter((key) => key !== 'wallet' && !key.startsWith('_warning'));
    out.push(...others.map((key) => `settings.json: ${key}`));
    await writeWhole(file, `${JSON.stringify({ wallet: wallets }, undefined, 4)}\n`);
  }
  await removeTree(join(datadir, 'bitcoin-backend')); // a program: it is put there anew
  return out;
}

function settingsOf(text: string): { readonly [key: string]: unknown } {
  try {
    const settings: unknown = JSON.parse(text);
    return typeof settings === 'object' && settings !== null ? { ...settings } : {};
  } catch {
    return {};
  }
}
