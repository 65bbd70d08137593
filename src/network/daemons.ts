import type { Daemon, ReadyOptions } from '../daemons/daemon.js';

import { listProcesses } from '../process/table.js';
import type { Steps } from './steps.js';

/** One of the daemons of a network, as those see it who stop, show or restart whatever there is. */
export interface NetworkDaemon {
  readonly daemon: Daemon;
  /** What it is for, in a line. */
  readonly purpose: string;
  /** Names of those that run before it starts, until it has stopped. */
  readonly needs: readonly string[];
  /** Starts it, and waits until it is of use. */
  readonly start: (wait: ReadyOptions) => Promise<void>;
  /** What is to be done once it runs again. */
  readonly rejoin?: (wait: ReadyOptions) => Promise<void>;
}

/**
 * Stops what runs: each once those that need it have ended, all at once that may be. One that cannot be stopped keeps none
 * of the others up.
 *
 * @param daemons in start order
 * @returns the names of what ran, first those that nothing needs
 */
export async function stopDaemons(daemons: readonly NetworkDaemon[], steps: Steps): Promise<string[]> {
  const table = listProcesses();
  const running = daemons.filter(({ daemon }) => daemon.attach(table));
  for (const { daemon } of running) daemon.thaw(table); // one that stops may need another one
  const stops = new Map<string, Promise<void>>();
  for (const { daemon } of running.toReversed()) {
    const { name } = daemon;
    const before = running.filter(({ needs }) => needs.includes(name)).map((other) => stops.get(other.daemon.name)!);
    stops.set(
      name,
      Promise.allSettled(before).then(() => steps.run(`stop ${name}`, () => daemon.stop())),
    );
  }
  const failed = (await Promise.allSettled(stops.values())).find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
  const isNeeded = ({ daemon }: NetworkDaemon): number =>
    running.some(({ needs }) => needs.includes(daemon.name)) ? 1 : 0;
  return running.toSorted((a, b) => isNeeded(a) - isNeeded(b)).map(({ daemon }) => daemon.name);
}
