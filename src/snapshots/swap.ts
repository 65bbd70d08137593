import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { systemCode } from '../core/errors.js';
import { fileError, isThere, makePrivateFolder, namesIn, readIfThere, removeTree, writeWhole } from '../core/files.js';
import { sync } from './durable.js';

/*
 * A folder's state is replaced by another as a whole: the new one is made beside the old, in a work folder. A journal says
 * what has to be moved where; from when it has its name, the move is finished, by whoever comes next if need be. Before, the
 * old state is untouched. All that takes room on the disk is done before that.
 */

const JOURNAL = 'swap.json';
/** The journal before anything may be moved. */
const PLAN = 'swap-plan.json';

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
const oldStateOf = (work: string): string => join(work, 'old');

/**
 * Gets ready to put what is in the work folder's `new`, which must be on disk, in the place of what of these names is in a
 * folder. Nothing is moved.
 *
 * @throws {LnPlayError} FILESYSTEM
 */
export async function prepareSwap(work: string, what: string, remove: readonly string[]): Promise<void> {
  const place = await namesIn(newStateOf(work));
  const journal: Journal = { what, remove: [...new Set([...remove, ...place])], place };
  await makePrivateFolder(oldStateOf(work));
  await writeWhole(join(work, PLAN), JSON.stringify(journal));
  await sync(work);
}

/**
 * Does what was prepared.
 *
 * @throws {LnPlayError} FILESYSTEM; it will be finished all the same
 */
export async function swapState(root: string, work: string): Promise<void> {
  try {
    await rename(join(work, PLAN), join(work, JOURNAL));
  } catch (cause) {
    throw fileError('write', join(work, JOURNAL), cause);
  }
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

/** Whether a move was prepared, and not begun: what ran in the folder may have been ended for it. */
export const isPrepared = (work: string): Promise<boolean> => isThere(join(work, PLAN));

/** Whether a move has begun, and is not done. */
export const isSwapping = (work: string): Promise<boolean> => isThere(join(work, JOURNAL));

const DONE = '.done-';
/** Whether a folder of this name is what a move leaves that was done. */
export const isDone = (name: string): boolean => name.includes(DONE);

async function move(root: string, work: string, { remove, place }: Journal): Promise<void> {
  const old = oldStateOf(work);
  try {
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
