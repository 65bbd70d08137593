import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LnPlayError } from '../../core/errors.js';
import { waitFor, type Probe } from '../../core/wait.js';
import { startStream } from '../../process/stream-child.js';
import type { Cluster } from '../cluster.js';

/** How often a pod is looked at that is awaited, in ms, and how long it may take to be there again. */
const LOOK_MS = 300;
const COME_BACK_MS = 60_000;
/** How long a log that cannot be followed is left alone, in ms. */
const PAUSE_MS = 1_000;

/**
 * Waits until a pod's daemon runs.
 *
 * @throws {LnPlayError} DAEMON for one that can't; TIMEOUT
 */
export async function untilRunning(cluster: Cluster, host: string, timeoutMs: number): Promise<void> {
  const probe = async (): Promise<Probe<void>> => {
    const { phase, why } = (await cluster.states()).get(host) ?? { phase: 'absent' };
    if (phase === 'running') return { done: undefined };
    if (phase === 'failed') throw new LnPlayError('DAEMON', `the pod ${host} cannot run: ${why ?? 'nobody says why'}`);
    return { seen: why === undefined ? phase : `${phase}: ${why}` };
  };
  await waitFor(`the pod ${host} to run`, probe, { timeoutMs, intervalMs: LOOK_MS });
}

/** Runs a command in a pod to its end. @throws {LnPlayError} DAEMON where it fails */
export async function runIn(cluster: Cluster, host: string, command: readonly string[]): Promise<void> {
  const { stream, ended } = startStream(cluster.exec(host, command));
  stream.resume().end();
  const { code, said } = await ended;
  if (code !== 0) throw new LnPlayError('DAEMON', `${host}: ${said === '' ? `exit code ${String(code)}` : said}`);
}

/**
 * Appends what a pod's daemon logs to a file, as long as the pod is there; one that is started again by its cluster is
 * followed again.
 *
 * @throws {LnPlayError} DAEMON, TIMEOUT when it has gone for good
 */
export async function followLog(cluster: Cluster, host: string, file: string, signal: AbortSignal): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const output = createWriteStream(file, { flags: 'a', mode: 0o600 });
  let since = await stat(file).then(
    ({ size, mtime }) => (size > 0 ? mtime : undefined),
    () => undefined, // not written yet
  );
  while (!signal.aborted) {
    const { stream, ended, kill } = startStream(cluster.logs(host, since));
    signal.addEventListener('abort', kill, { once: true });
    stream.end();
    for await (const chunk of stream) output.write(chunk);
    await ended;
    signal.removeEventListener('abort', kill);
    if (signal.aborted) break;
    since = new Date();
    await delay(PAUSE_MS, undefined, { signal }).catch(() => {});
    if (!signal.aborted) await untilRunning(cluster, host, COME_BACK_MS);
  }
  output.end();
}
