import { join } from 'node:path';

/** The RPC socket of the lightningd with this lightning-dir: lightningd-rpc(7). */
export const rpcSocketOf = (lightningDir: string): string => join(lightningDir, 'regtest', 'lightning-rpc');
