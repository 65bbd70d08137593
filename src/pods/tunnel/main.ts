/**
 * What stands for a daemon that runs in a pod: a process of this machine that offers the pod's RPC where the daemon itself
 * would, and writes its log there. Started it starts the pod, stopped it stops it; so whoever starts, asks, watches and
 * stops daemons needs to know nothing of pods.
 *
 * usage: main.js KIND PLACE HOST PASSWORD, then the daemon's own arguments
 */
import { join } from 'node:path';
import { ConfigFile } from '../../core/config-file.js';
import { messageOf } from '../../core/errors.js';
import { readIfThere, writeWhole } from '../../core/files.js';
import { RPC_USER } from '../../daemons/container.js';
import { rpcSocketOf } from '../../daemons/lightning-dir.js';
import type { Cluster, OwnedPlace } from '../cluster.js';
import { clusterOf } from '../clusters.js';
import { offerBitcoind } from './bitcoind.js';
import { BITCOIND_LISTENS, LIGHTNINGD_LISTENS } from './bridge.js';
import { followLog, runIn, untilRunning } from './life.js';
import { offerLightningd } from './lightningd.js';

/** How long an image may take to be pulled and its daemon to start, in ms. */
const START_MS = 600_000;

const [kind, place, host, password, ...args] = process.argv.slice(2) as [string, string, string, string, ...string[]];
const valueOf = (flag: string): string => args.find((arg) => arg.startsWith(`${flag}=`))!.slice(flag.length + 1);
const cluster: Cluster = clusterOf(JSON.parse(place) as OwnedPlace);

const ended = new AbortController();
let close = (): void => {};
let stopping: Promise<void> | undefined;
const stop = (): void => {
  stopping ??= (async () => {
    ended.abort();
    await cluster.stop(host);
    close();
    process.exit(0);
  })().catch(fail);
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

function fail(error: unknown): void {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}

try {
  const { phase } = (await cluster.states()).get(host) ?? { phase: 'absent' };
  if (phase === 'absent' || phase === 'failed') await cluster.start(host);
  await untilRunning(cluster, host, START_MS);
  const isBitcoind = kind === 'bitcoind';
  const folder = valueOf(isBitcoind ? '-datadir' : '--lightning-dir');
  const logFile = isBitcoind ? join(folder, 'regtest', 'debug.log') : join(folder, 'log');
  const followed = followLog(cluster, host, logFile, ended.signal);
  followed.catch((error: unknown) => stopping ?? fail(error));
  await runIn(cluster, host, isBitcoind ? BITCOIND_LISTENS : LIGHTNINGD_LISTENS);
  if (isBitcoind) {
    await writeWhole(join(folder, 'regtest', '.cookie'), `${RPC_USER}:${password}`);
    const config = new ConfigFile((await readIfThere(join(folder, 'bitcoin.conf'))) ?? '', 'first');
    close = await offerBitcoind(cluster, host, Number(config.get('rpcport')), stop);
  } else close = await offerLightningd(cluster, host, rpcSocketOf(folder), stop);
} catch (error) {
  if (!stopping) fail(error);
}
