import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { BitcoindAddress } from '../../rpc/bitcoind.js';
import type { OptionValues } from '../context.js';

const REGTEST_RPC_PORT = 18443;

/** bitcoind's datadir, from the option that CLN's bcli plugin has. */
export function bitcoindDatadir(options: OptionValues): string {
  const datadir = options.string('bitcoin-datadir') ?? join(homedir(), '.bitcoin');
  return isAbsolute(datadir) ? datadir : join(options.lightningDir, datadir);
}

/** Where bitcoind is, from the options that CLN's bcli plugin has: `bitcoin-rpcport`, `bitcoin-datadir` and so on. */
export function bitcoindAddress(options: OptionValues): BitcoindAddress {
  const user = options.string('bitcoin-rpcuser');
  const password = options.string('bitcoin-rpcpassword');
  return {
    host: options.string('bitcoin-rpcconnect') ?? '127.0.0.1',
    port: Number(options.string('bitcoin-rpcport') ?? REGTEST_RPC_PORT),
    auth: user && password ? { user, password } : { cookieFile: join(bitcoindDatadir(options), 'regtest', '.cookie') },
  };
}
