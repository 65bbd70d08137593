/**
 * What stands for the daemons of a playground that run in pods: one process of this machine that offers each one's RPC where
 * the daemon itself would, and writes its log there. Started one starts its pod, stopped it stops it; so whoever starts,
 * asks, watches and stops daemons needs to know nothing of pods.
 *
 * usage: main.js FOLDER; what it is asked to keep: KIND PLACE HOST PASSWORD, then the daemon's own arguments
 */
import { setMaxListeners } from 'node:events';
import { serveKeeper, type Kept, type Tell } from '../../process/keeper/serve.js';
import type { OwnedPlace } from '../cluster.js';
import { clusterOf } from '../clusters.js';
import { KeptPod, type Means } from './kept-pod.js';
import { Logs } from './logs.js';
import { Slots } from './slots.js';
import { together } from './together.js';
import { Watched } from './watched.js';

/** How many connections to bitcoind, and to all nodes, there are at once: each is a kubectl that runs. */
const MOST = { bitcoind: 16, nodes: 32 };
/** How long it waits for more to start, or stop, in the same call, in ms. */
const GATHER_MS = 50;

const ended = new AbortController();
setMaxListeners(0, ended.signal); // each of many waits for it
process.on('exit', () => ended.abort());
process.on('SIGTERM', () => process.exit(143));
process.on('SIGINT', () => process.exit(130));

const meansOf = (place: OwnedPlace): Means => {
  const cluster = clusterOf(place);
  const watched = new Watched(cluster);
  void watched.run(ended.signal);
  return {
    cluster,
    watched,
    logs: new Logs(cluster, ended.signal),
    slots: { bitcoind: new Slots(MOST.bitcoind), nodes: new Slots(MOST.nodes) },
    start: together((hosts: readonly string[]) => cluster.start(hosts), GATHER_MS),
    restart: together((hosts: readonly string[]) => cluster.restart(hosts), GATHER_MS),
    whyAbsent: together(() => cluster.whyAbsent(), GATHER_MS),
    stop: together((hosts: readonly string[]) => cluster.stop(hosts), GATHER_MS),
  };
};

/** All that one playground has are in the same place. */
let means: Means | undefined;

function keep(words: readonly string[], tell: Tell): Kept {
  const [kind, place, host, password, ...args] = words as [string, string, string, string, ...string[]];
  const isBitcoind = kind === 'bitcoind';
  const flag = isBitcoind ? '-datadir=' : '--lightning-dir=';
  const folder = args.find((arg) => arg.startsWith(flag))!.slice(flag.length);
  means ??= meansOf(JSON.parse(place) as OwnedPlace);
  return new KeptPod(means, { isBitcoind, host, password, folder }, tell);
}

await serveKeeper(process.argv[2]!, keep);
