import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

const MARK = 'LN_PLAY_LIGHTNINGD_BACKGROUND';

/** Whether this process is the one that goes on in the background. */
export const isBackground = (): boolean => process.env[MARK] === '1';

/**
 * `--daemon`: starts this program again in a session of its own, and waits until it is ready, as lightningd's own
 * foreground process does.
 *
 * @returns the exit code for this process: 0 once the other one is ready, its own if it fails
 */
export async function goToBackground(): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, [MARK]: '1' },
  });
  return await new Promise((resolve) => {
    child.once('message', () => {
      child.disconnect();
      child.unref();
      resolve(0);
    });
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(1));
  });
}

/** Tells the process that waits in the foreground that all is well, and lets go of its terminal. */
export function reportReady(): void {
  delete process.env[MARK];
  process.send?.('ready');
  closeSync(2);
  openSync('/dev/null', 'w'); // takes the number that just became free
}
