import { mkdirSync } from 'node:fs';
import { messageOf } from '../../core/errors.js';
import type { Log } from '../context.js';
import type { LogBook } from '../log/log-book.js';
import { LogOptionError } from '../log/sink.js';
import type { Options } from '../options/options.js';
import { StartError } from '../options/setting.js';
import { isBackground } from './background.js';

/**
 * Goes to the network's folder, which it makes if needed (0700), and starts to print the log.
 *
 * @throws {StartError}
 */
export function enterNetworkDir(options: Options, book: LogBook, log: Log): void {
  try {
    if (mkdirSync(options.networkDir, { recursive: true, mode: 0o700 }) !== undefined)
      log.info(`Creating configuration directory ${options.networkDir}`);
    process.chdir(options.networkDir);
  } catch (error) {
    throw new StartError(`Could not make directory ${options.networkDir}: ${messageOf(error)}`);
  }
  try {
    book.open({
      levels: options.list('log-level'),
      files: options.list('log-file'),
      prefix: options.string('log-prefix') ?? '',
      timestamps: options.flag('log-timestamps'),
      quiet: isBackground() || options.asked('help'),
    });
  } catch (error) {
    throw error instanceof LogOptionError ? new StartError(`--${error.option}: ${error.message}`) : error;
  }
}

/**
 * What only shows with all options together.
 *
 * @throws {StartError} with lightningd's text
 */
export function checkOptions(options: Options, log: Log): void {
  options.checkAll();
  const htlcs = options.number('max-concurrent-htlcs') ?? 0;
  if (htlcs < 1 || htlcs > 483)
    throw new StartError(`--max-concurrent-htlcs value must be between 1 and 483 it is: ${htlcs}`);
  if (options.number('funding-confirms') === 0) throw new StartError('funding-confirms must be greater than zero');
  if (options.flag('daemon') && !options.isSet('log-file')) throw new StartError('--daemon needs --log-file');
  for (const { name, use } of options.specs())
    if (use.use === 'ignored' && options.isSet(name)) log.unusual(`Option ${name} is ignored: ${use.why}`);
}
