import { messageOf } from '../../core/errors.js';
import type { Log } from '../context.js';
import type { LogBook } from '../log/log-book.js';

/**
 * SIGTERM and SIGINT end the daemon in an orderly way, SIGHUP opens the log files anew, and what nobody caught is a
 * **BROKEN** line and the end.
 */
export function handleSignals(book: LogBook, log: Log, shutdown: (why: string) => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => shutdown(`Received ${signal}`));
  process.on('SIGHUP', () => {
    log.info('Ending log due to SIGHUP');
    book.reopen();
    log.info('Started log due to SIGHUP');
  });
  process.on('uncaughtException', (error) => crash(log, error));
  process.on('unhandledRejection', (error) => crash(log, error));
  // nobody reads what we print any more: that is no reason to stop
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
}

function crash(log: Log, error: unknown): never {
  const stack = error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
  for (const line of `FATAL: ${stack}`.split('\n')) log.broken(line);
  process.stderr.write(`lightningd: FATAL: ${stack}\n`);
  process.exit(1);
}
