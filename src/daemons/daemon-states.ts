import type { Daemon, DaemonState } from './daemon.js';

/**
 * How daemons of one playground that have been looked for stand, in their order: one that does not run while others do has
 * died; if none runs, all were stopped.
 */
export function statesOf(daemons: readonly Daemon[]): DaemonState[] {
  const pids = daemons.map(({ pid }) => pid);
  const down = pids.some((pid) => pid !== undefined) ? 'dead' : 'stopped';
  return daemons.map(({ isFrozen }, index) => (pids[index] === undefined ? down : isFrozen ? 'frozen' : 'running'));
}
