import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FolderLockedError, lockFolder } from '../../../../src/embedded/daemon/folder-lock.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lock '));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Listens on a socket in the folder, and is killed. */
async function leaveDead(name: string): Promise<void> {
  const script = `require('node:net').createServer().listen(process.argv[1], () => console.log('listens'))`;
  const child = spawn(process.execPath, ['-e', script, join(dir, name)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('one process has it at a time, named to the others, and leaves nothing behind', async () => {
  const unlock = await lockFolder(dir);
  await expect(lockFolder(dir)).rejects.toThrow(new FolderLockedError(process.pid));
  unlock();
  expect(await readdir(dir)).toEqual([]);
  (await lockFolder(dir))();
});

test('of many that come at once one has it at most, and those who do not have it leave nothing behind', async () => {
  const results = await Promise.allSettled(Array.from({ length: 8 }, async () => await lockFolder(dir)));
  const unlocks = results.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
  expect(unlocks.length).toBeLessThanOrEqual(1);
  expect(await readdir(dir)).toHaveLength(unlocks.length);
  for (const unlock of unlocks) unlock();
});

test('a killed process holds it no longer, though its pid is another process’s now', async () => {
  await leaveDead(`lock-${process.pid}-deadbeef`);
  await leaveDead(`lock-${process.pid}-deadbeef.new`);
  expect(await readdir(dir)).toHaveLength(2);
  const unlock = await lockFolder(dir);
  expect(await readdir(dir)).toHaveLength(1);
  unlock();
});
