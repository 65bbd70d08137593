import { systemCode } from '../core/errors.js';

/**
 * kill(2), if there is somebody left to get it.
 *
 * @param pid of a process, or negative of a process group
 */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}
