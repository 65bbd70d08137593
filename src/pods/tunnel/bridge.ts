import { BITCOIND_RPC_PORT, DATA_DIR } from '../../daemons/container.js';
import { rpcSocketOf } from '../../daemons/lightning-dir.js';

const RPC_SOCKET = rpcSocketOf(DATA_DIR);

const NODE_TO = (target: string): string =>
  `const s=require("node:net").connect(${target});process.stdin.pipe(s).pipe(process.stdout);s.on("error",()=>process.exit(1)).on("close",()=>process.exit(0))`;

/** What a bridge says first: that the command runs in its container. */
export const HELLO = '\n';
const SAY_HELLO = 'echo';

/**
 * A command for a container that connects its standard input and output to its lightningd's RPC socket, once that is there:
 * by what Core Lightning's official image has, or what ours has. `HELLO` comes first.
 */
export const TO_LIGHTNINGD: readonly string[] = [
  'sh',
  '-c',
  `${SAY_HELLO}; until test -S ${RPC_SOCKET}; do sleep 0.1; done; command -v socat >/dev/null && exec socat -t 5 - UNIX-CONNECT:${RPC_SOCKET}; exec node -e '${NODE_TO(JSON.stringify(RPC_SOCKET))}'`,
];

/** Its port in hex, in state LISTEN, as /proc/net/tcp has it. */
const LISTENS = `:${BITCOIND_RPC_PORT.toString(16).toUpperCase()} .* 0A `;

/** The same to bitcoind's RPC port, once somebody listens on it: by what ours has, or what Bitcoin Core's image has. */
export const TO_BITCOIND: readonly string[] = [
  'sh',
  '-c',
  `${SAY_HELLO}; until grep -q '${LISTENS}' /proc/net/tcp; do sleep 0.1; done; command -v node >/dev/null && exec node -e '${NODE_TO(`${BITCOIND_RPC_PORT},"127.0.0.1"`)}'; exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/${BITCOIND_RPC_PORT}; cat <&3 & cat >&3; kill $!'`,
];
