import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findExecutable } from '../../src/daemons/executables/find.js';
import { run } from '../../src/process/run.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Once for all workers: dist as src is now, and a bitcoind, fetched where there is none. */
export default async function setup(): Promise<void> {
  if ((await newest('src')) > (await newest('dist'))) await run('npm', ['run', 'build'], { cwd: root });
  const { executable } = await findExecutable('bitcoind');
  process.env['BITCOIND_EXE'] = executable.command;
}

/** When the last file in a folder was written; 0 where there is no such folder. */
async function newest(folder: string): Promise<number> {
  const names = await readdir(join(root, folder), { recursive: true }).catch(() => []);
  const times = await Promise.all(names.map(async (name) => (await stat(join(root, folder, name))).mtimeMs));
  return Math.max(0, ...times);
}
