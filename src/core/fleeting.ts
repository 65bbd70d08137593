import { isWithin } from './within.js';

const folders = new Set<string>();

/**
 * Folders that go with our process, however it ends: a machine that loses its power loses them anyhow, so nothing in them is
 * waited for until it is on disk.
 */
export const fleeting = {
  add: (folder: string): void => void folders.add(folder),
  delete: (folder: string): void => void folders.delete(folder),
  has: (path: string): boolean => [...folders].some((folder) => isWithin(path, folder)),
};
