import { resolve } from 'node:path';
import { messageOf } from '../core/errors.js';
import { goToBackground, isBackground, reportReady } from './daemon/background.js';
import { Daemon } from './daemon/daemon.js';
import { checkOptions, enterNetworkDir } from './daemon/environment.js';
import { takePidFile } from './daemon/pid-file.js';
import { handleSignals } from './daemon/signals.js';
import { loadNode } from './load-node.js';
import { LogBook } from './log/log-book.js';
import { pidFileOf, renderHelp } from './options/help.js';
import { Options } from './options/options.js';
import { StartError } from './options/setting.js';
import { Store } from './store/store.js';
import { VERSION } from './version.js';

const PROGRAM = 'ln-play-lightningd';

/**
 * The embedded lightningd, from its command line to its exit code: what a failed start says goes to standard error and,
 * once there is one, to the log.
 */
export async function main(args: readonly string[]): Promise<void> {
  const book = new LogBook();
  const log = book.logger('lightningd');
  log.info(VERSION);
  try {
    const options = new Options(args);
    if (options.asked('version') || options.asked('list-features-only') || options.asked('test-daemons-only')) {
      process.stdout.write(`${VERSION}\n`);
      return;
    }
    await run(options, book);
  } catch (error) {
    const message = error instanceof StartError ? error.message : describe(error);
    if (book.isOpen) for (const line of message.split('\n')) log.broken(line);
    process.stderr.write(`lightningd: ${message}\n`);
    process.exit(error instanceof StartError ? error.exitCode : 1);
  }
}

async function run(options: Options, book: LogBook): Promise<void> {
  const log = book.logger('lightningd');
  options.checkNetwork();
  if (options.flag('daemon') && !isBackground() && !options.asked('help')) {
    checkDaemonLog(options);
    process.exit(await goToBackground());
  }
  // LDK takes longest to load, so that it begins before everything else
  const nodeModule = options.asked('help') ? undefined : loadNode();
  nodeModule?.catch(() => {}); // whoever awaits it below hears of it
  enterNetworkDir(options, book, log);
  const daemon = new Daemon(options, book);
  handleSignals(book, log, (why) => daemon.shutdown(why));
  await daemon.plugins.startAll();
  if (options.asked('help')) {
    process.stdout.write(renderHelp(PROGRAM, options));
    await daemon.plugins.shutdown();
    process.exit(0);
  }
  checkOptions(options, log);
  daemon.onEnd(await takePidFile(pidFileOf(options), options.networkDir));
  const store = Store.open(resolve(options.networkDir, 'datastore'));
  daemon.onEnd(() => store.close());
  const { startNode } = await nodeModule!;
  await daemon.start(startNode, store);
  if (isBackground()) reportReady();
  const crashAfter = options.number('dev-crash-after');
  if (crashAfter !== undefined)
    setTimeout(() => {
      throw new Error('Crash timeout as requested');
    }, crashAfter * 1000);
}

function checkDaemonLog(options: Options): void {
  if (!options.isSet('log-file')) throw new StartError('--daemon needs --log-file');
}

const describe = (error: unknown): string => {
  const hint = error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? ` (${error.hint})` : '';
  return messageOf(error) + hint;
};
