import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, systemCode } from '../../core/errors.js';
import { StartError } from '../options/setting.js';

/** lightningd's exit code where another one runs already (EXITCODE_PIDFILE_LOCK). */
const EXIT_LOCKED = 10;

/**
 * Writes the pid file and locks it until the process ends, however it ends.
 *
 * Node cannot lock files. On Linux a listening abstract socket named after the file serves instead: the kernel frees it
 * with the process. Elsewhere a pid file whose process lives is taken for a lock.
 *
 * @returns removes the file and the lock
 * @throws {StartError} where another daemon holds it, or it cannot be written
 */
export async function takePidFile(path: string): Promise<() => void> {
  const file = resolve(path);
  const lock = process.platform === 'linux' ? await lockByName(file) : lockByPid(file);
  try {
    writeFileSync(file, `${process.pid}\n`, { mode: 0o640 });
  } catch (error) {
    throw new StartError(`Failed to open PID file: ${messageOf(error)}`);
  }
  return () => {
    rmSync(file, { force: true });
    lock?.close();
  };
}

async function lockByName(file: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  try {
    const name = join(realpathSync(dirname(file)), basename(file));
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
    await new Promise<void>((done, failed) => {
      server.once('error', failed);
      server.listen(`\0ln-play-lightningd-${process.getuid?.()}-${hash}`, () => done());
    });
  } catch (error) {
    if (systemCode(error) === 'EADDRINUSE') throw locked(file);
    throw new StartError(`Failed to open PID file: ${messageOf(error)}`);
  }
  return server.unref();
}

function lockByPid(file: string): undefined {
  const pid = readPid(file);
  if (pid !== undefined && pid !== process.pid && isAlive(pid)) throw locked(file);
}

const locked = (file: string): StartError =>
  new StartError(
    `lightningd already running? Error locking PID file: ${file} is held by process ${readPid(file) ?? 'unknown'}`,
    EXIT_LOCKED,
  );

function readPid(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined; // no file is the usual case
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
