import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { systemCode } from '../core/errors.js';
import { fileError, isThere, namesIn, readIfThere, removeTree, writeWhole } from '../core/files.js';
import { sync } from './durable.js';

/*
 * A folder's state is replaced by another as a whole: the new one is made beside the old, in a work folder. A journal says
 * what has to be moved where; from when it is there, the move is finished, by whoever comes next if need be. Before, the
 * old state is untouched.
 */

const JOURNAL = 'swap.json';

interface Journal {
  /** What the new state is, as a person says it. */
  readonly what: string;
  /** Names of what goes. */
  readonly remove: readonly string[];
  /** Names of what comes, in `new`. */
  readonly place: readonly string[];
}

/** Where the new state is made. */
export const newStateOf = (work: string): string => join(work, 'new');

/**
 * Puts what is in the work folder's `new`, which must be on disk, in the place of what of these names is in `root`.
 *
 * @throws {LnPlayError} FILESYSTEM; from when the journal is there the move will be finished all the same
 */
export async function swapState(root: string, work: string, what: string, remove: readonly string[]): Promise<void> {
  const place = await namesIn(newStateOf(work));
  const journal: Journal = { what, remove: [...new Set([...remove, ...place])], place };
  await writeWhole(join(work, JOURNAL), JSON.stringify(journal));
  await sync(work);
  await finishSwap(root, work);
}

/**
 * Finishes a move that was begun, and removes the work folder.
 *
 * @returns what the state is now, or undefined where none was begun, and the old state is as it was
 * @throws {LnPlayError} FILESYSTEM
 */
export async function finishSwap(root: string, work: string): Promise<string | undefined> {
  const text = await readIfThere(join(work, JOURNAL));
  if (text !== undefined) await move(root, work, JSON.parse(text) as Journal);
  const gone = `${work}${DONE}${randomUUID()}`;
  await renameIfThere(work, gone);
  await sync(dirname(work));
  await removeTree(gone);
  return text === undefined ? undefined : (JSON.parse(text) as Journal).what;
}

/** Whether a move has begun, and is not done. */
export const isSwapping = (work: string): Promise<boolean> => isThere(join(work, JOURNAL));

const DONE = '.done-';
/** Whether a folder of this name is what a move leaves that was done. */
export const isDone = (name: string): boolean => name.includes(DONE);

async function move(root: string, work: string, { remove, place }: Journal): Promise<void> {
  const old = join(work, 'old');
  try {
    await mkdir(old, { recursive: true, mode: 0o700 });
    for (const name of remove) {
      // its new one is there already, if this was done before
      const isMoved = place.includes(name) && !(await isThere(join(newStateOf(work), name)));
      if (!isMoved && !(await isThere(join(old, name)))) await renameIfThere(join(root, name), join(old, name));
    }
    for (const name of place) await renameIfThere(join(newStateOf(work), name), join(root, name));
    await sync(root);
  } catch (cause) {
    throw fileError('replace what is in', root, cause);
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
