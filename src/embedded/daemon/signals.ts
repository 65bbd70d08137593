import { writeFileSync } from 'node:fs';
import { messageOf } from '../../core/errors.js';
import type { Log } from '../context.js';
import type { LogBook } from '../log/log-book.js';

/**
 * SIGTERM and SIGINT end the daemon in an orderly way, and at once when they come again; SIGHUP opens the log files
 * anew, and what nobody caught is a **BROKEN** line and the end.
 */
export function handleSignals(book: LogBook, log: Log, shutdown: (why: string) => void): void {
  const crash = (error: unknown): never => crashOn(book, log, error);
  let asked = false;
  const end = (signal: NodeJS.Signals): void => {
    if (asked) {
      log.broken(`Received ${signal} again: ending without waiting`);
      process.exit(1);
    }
    asked = true;
    shutdown(`Received ${signal}`);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
  process.on('SIGHUP', () => {
    log.info('Ending log due to SIGHUP');
    book.reopen();
    log.info('Started log due to SIGHUP');
  });
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  // nobody reads what we print any more: that is no reason to stop
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
}

function crashOn(book: LogBook, log: Log, error: unknown): never {
  const stack = error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
  for (const line of `FATAL: ${stack}`.split('\n')) log.broken(line);
  process.stderr.write(`lightningd: FATAL: ${stack}\n`);
  dumpLog(book);
  process.exit(1);
}

/** Writes all that the log book holds to `crash.log.<time>` in the network's folder, as lightningd does. */
function dumpLog(book: LogBook): void {
  const time = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const lines = book.entries().map(({ timeMs, prefix, level, text }) => {
    const seconds = ((timeMs - book.createdAtMs) / 1000).toFixed(9);
    return `+${seconds} ${prefix} ${level.toUpperCase()}: ${text}\n`;
  });
  try {
    writeFileSync(`crash.log.${time}`, lines.join(''), { mode: 0o600 });
    process.stderr.write(`Log dumped in crash.log.${time}\n`);
  } catch (error) {
    process.stderr.write(`The log could not be dumped: ${messageOf(error)}\n`);
  }
}
