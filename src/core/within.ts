import { relative } from 'node:path';

/** Whether a path is a folder itself, or in it; both absolute. */
export const isWithin = (path: string, folder: string): boolean => {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith('../');
};
