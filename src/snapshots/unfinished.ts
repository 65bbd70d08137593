import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LnPlayError, systemCode } from '../core/errors.js';
import { fileError, isDiskFull, makePrivateFolder, namesIn, removeTree } from '../core/files.js';
import { finishSwap, isDone, isPrepared, isSwapping } from './swap.js';

/** What is done in a work folder: it makes a snapshot of this name, or puts one in the place of the state. */
export type Work = 'save' | 'import' | 'restore';

/** What there is now. `ended`: the old state, of which not all may run. */
type Outcome = { readonly is: 'new'; readonly what: string } | { readonly is: 'old' | 'ended' };

const BROKEN_OFF: { readonly [W in Work]: (name: string, now: Outcome) => string } = {
  save: (name) => `\`snapshot save ${name}\` was broken off: there is no snapshot ${name} of it`,
  import: (name) => `\`snapshot import\` was broken off: there is no snapshot ${name} of it`,
  restore: (name, now) =>
    now.is === 'new'
      ? `putting back ${now.what} was broken off: that is finished now, and \`ln-play up\` starts it`
      : `putting back ${name} was broken off before it changed anything: the playground is as it was${now.is === 'ended' ? ', and `ln-play up` starts what does not run' : ''}`,
};

/**
 * Does something in a folder of its own in `unfinished`, which is gone afterwards. Whoever finds it later knows that this was
 * broken off.
 *
 * @param body gets the folder's path; it is not made
 */
export async function inWorkFolder<T>(
  unfinished: string,
  work: Work,
  name: string,
  body: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = join(unfinished, `${work}-${name}`);
  await makePrivateFolder(unfinished);
  let isNoted = false;
  try {
    return await body(folder);
  } catch (error) {
    if (!isDiskFull(error) || (await isSwapping(folder))) throw error;
    // an empty folder is the note for the next command: whoever looks there may not have seen this one fail
    await removeTree(folder);
    isNoted = await makePrivateFolder(folder).then(
      () => true,
      () => false,
    );
    const { code, message, hint, details, cause } = error;
    throw new LnPlayError(code, message, { hint, cause, details: [...details, BROKEN_OFF[work](name, { is: 'old' })] });
  } finally {
    // once its move has begun it is finished, now or later
    if (!isNoted && !(await isSwapping(folder))) await removeTree(folder);
    await removeIfEmpty(unfinished);
  }
}

/** Whether something was begun, and is not over. */
export const isUnfinished = async (unfinished: string): Promise<boolean> => (await namesIn(unfinished)).length > 0;

/**
 * Finishes or takes back what was broken off, by whoever has the playground's lock: nobody else is at it then.
 *
 * @param root the playground's folder
 * @returns what became of each, as a person says it
 * @throws {LnPlayError} FILESYSTEM
 */
export async function tidyUp(root: string, unfinished: string): Promise<string[]> {
  const told: string[] = [];
  for (const entry of await namesIn(unfinished)) {
    const folder = join(unfinished, entry);
    const [work, name] = entry.split(/-(.*)/s) as [Work, string];
    if (isDone(entry) || !(work in BROKEN_OFF)) await removeTree(folder);
    else {
      const wasEnded = await isPrepared(folder);
      const what = work === 'restore' ? await finishSwap(root, folder) : undefined;
      await removeTree(folder);
      const now: Outcome = what === undefined ? { is: wasEnded ? 'ended' : 'old' } : { is: 'new', what };
      told.push(BROKEN_OFF[work](name, now));
    }
  }
  await removeIfEmpty(unfinished);
  return told;
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (cause) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemCode(cause) ?? '')) throw fileError('remove', folder, cause);
  }
}
