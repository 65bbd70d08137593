import { BITCOIND_RPC_PORT, DATA_DIR } from '../../daemons/container.js';
import { rpcSocketOf } from '../../daemons/lightning-dir.js';

const RPC_SOCKET = rpcSocketOf(DATA_DIR);

const NODE_TO = (target: string): string =>
  `const s=require("node:net").connect(${target});process.stdin.pipe(s).pipe(process.stdout);s.on("error",()=>process.exit(1)).on("close",()=>process.exit(0))`;

/**
 * A command for a container that connects its standard input and output to its lightningd's RPC socket: by what Core
 * Lightning's official image has, or what ours has.
 */
export const TO_LIGHTNINGD: readonly string[] = [
  'sh',
  '-c',
  `command -v socat >/dev/null && exec socat -t 3600 - UNIX-CONNECT:${RPC_SOCKET}; exec node -e '${NODE_TO(JSON.stringify(RPC_SOCKET))}'`,
];

/** The same to bitcoind's RPC port: by what ours has, or what Bitcoin Core's image has. */
export const TO_BITCOIND: readonly string[] = [
  'sh',
  '-c',
  `command -v node >/dev/null && exec node -e '${NODE_TO(`${BITCOIND_RPC_PORT},"127.0.0.1"`)}'; exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/${BITCOIND_RPC_PORT}; cat <&3 & cat >&3; kill $!'`,
];

/** A command that ends when lightningd listens. */
export const LIGHTNINGD_LISTENS: readonly string[] = ['sh', '-c', `until test -S ${RPC_SOCKET}; do sleep 0.1; done`];

/** A command that ends when bitcoind listens. */
export const BITCOIND_LISTENS: readonly string[] = [
  'sh',
  '-c',
  // its port in hex, in state LISTEN
  `until grep -q ':${BITCOIND_RPC_PORT.toString(16).toUpperCase()} .* 0A ' /proc/net/tcp; do sleep 0.1; done`,
];
