import { rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '../../core/errors.js';
import { StartError } from '../options/setting.js';
import { FolderLockedError, lockFolder } from './folder-lock.js';

/** lightningd's exit code if another one runs already (EXITCODE_PIDFILE_LOCK). */
const EXIT_LOCKED = 10;

/**
 * Locks the folder that the node's state is in until the process ends, however it ends, and writes the pid file.
 *
 * @returns removes the file and the lock
 * @throws {StartError} if another daemon has the folder, or one of both cannot be written
 */
export async function takePidFile(path: string, networkDir: string): Promise<() => void> {
  const file = resolve(path);
  const unlock = await lockHere(networkDir);
  try {
    writeFileSync(file, `${process.pid}\n`, { mode: 0o640 });
  } catch (error) {
    throw new StartError(`Failed to open PID file: ${messageOf(error)}`);
  }
  return () => {
    rmSync(file, { force: true });
    unlock();
  };
}

/** The folder is where the daemon is: a socket’s path has to be short. */
async function lockHere(networkDir: string): Promise<() => void> {
  try {
    return await lockFolder('.');
  } catch (error) {
    if (!(error instanceof FolderLockedError)) throw new StartError(`Cannot lock ${networkDir}: ${messageOf(error)}`);
    throw new StartError(
      `lightningd already running? Error locking PID file: process ${error.pid} has ${networkDir}`,
      EXIT_LOCKED,
    );
  }
}
