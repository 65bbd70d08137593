import { constants } from 'node:fs';
import { access, lstat, readdir, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';

/** Whether this is a file that we may run. */
export async function isExecutable(path: string): Promise<boolean> {
  return (await whyNotExecutable(path)) === undefined;
}

/** Why this cannot be run; undefined if it can. */
export async function whyNotExecutable(path: string): Promise<string | undefined> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats) return 'there is no such file';
  if (!stats.isFile()) return 'it is not a file';
  return await access(path, constants.X_OK).then(
    () => undefined,
    () => 'it is not executable',
  );
}

/** The program that a shell would start by this name; undefined if PATH has none. */
export async function onPath(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(resolve(folder), name); // an empty entry is the working folder
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/** What the files in a folder take together. What goes away meanwhile counts nothing. */
export async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(
    names.map((name) =>
      lstat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
