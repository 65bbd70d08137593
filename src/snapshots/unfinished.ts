import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../core/errors.js';
import { fileError, makePrivateFolder, namesIn, removeTree } from '../core/files.js';
import { finishSwap, isDone, isSwapping } from './swap.js';

/** What is done in a work folder: it makes a snapshot of this name, or puts one in the place of the state. */
export type Work = 'save' | 'import' | 'restore';

const BROKEN_OFF: { readonly [W in Work]: (name: string, now: string | undefined) => string } = {
  save: (name) => `\`snapshot save ${name}\` was broken off: there is no snapshot ${name} of it`,
  import: (name) => `\`snapshot import\` was broken off: there is no snapshot ${name} of it`,
  restore: (name, now) =>
    now === undefined
      ? `putting back ${name} was broken off before it changed anything: the playground is as it was`
      : `putting back ${now} was broken off: that is finished now, and \`ln-play up\` starts it`,
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
  try {
    return await body(folder);
  } finally {
    // once its move has begun it is finished, now or later
    if (!(await isSwapping(folder))) await removeTree(folder);
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
      const now = work === 'restore' ? await finishSwap(root, folder) : undefined;
      await removeTree(folder);
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
