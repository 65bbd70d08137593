import { LnPlayError, systemCode } from '../core/errors.js';
import { makePrivateFolder } from '../core/files.js';
import { withLock, type LockOptions } from '../process/lock.js';
import { tidyUp } from '../snapshots/unfinished.js';
import { assertOwnPlayground, type Layout } from './layout.js';

/** Who may have to wait for another command. */
export interface Waiter {
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
  /** Called when another command holds the playground, and this one waits for it. */
  readonly onBusy?: ((what: string) => void) | undefined;
  /** Told what became of something that an earlier command was in the middle of when it was killed. */
  readonly onTidied?: ((what: string) => void) | undefined;
}

export type Lock = Pick<LockOptions, 'whereFull'>;

/** What stops or removes makes room, so a full disk is not in its way. */
export const STOPPING: Lock = { whereFull: 'go on' };

/** What making the lock's folder, or a file in it, fails with while somebody removes it; and how often that may be. */
const FOLDER_GONE = new Set(['ENOENT', 'EEXIST']);
const GONE_TRIES = 20;

/**
 * Runs `body` while no other command does anything to the playground in a folder, whether there is one yet or not. What an
 * earlier command was in the middle of when it was killed is done with first.
 *
 * @throws {LnPlayError} FILESYSTEM; TIMEOUT; ABORTED; STATE for a folder that is not ours
 */
export async function exclusively<T>(
  layout: Layout,
  { signal, onBusy, onTidied }: Waiter,
  body: () => Promise<T>,
  lock: Lock = {},
): Promise<T> {
  assertOwnPlayground(layout);
  const what = `the playground in ${layout.dir}`;
  const onWait = ({ pid, command }: { pid: number; command: string }): void =>
    onBusy?.(`waiting for ${command} (process ${pid})`);
  for (let began = false, tries = 1; ; tries++) {
    try {
      await makePrivateFolder(layout.locks);
      return await withLock(layout.locks, 'playground', { ...lock, what, wait: 'wait', onWait, signal }, async () => {
        began = true;
        for (const told of await tidyUp(layout.dir, layout.unfinished)) onTidied?.(told);
        return await body();
      });
    } catch (error) {
      // who had the playground before us has destroyed it, with the lock's folder
      if (began || tries === GONE_TRIES || !(error instanceof LnPlayError)) throw error;
      if (!FOLDER_GONE.has(systemCode(error.cause) ?? '')) throw error;
    }
  }
}
