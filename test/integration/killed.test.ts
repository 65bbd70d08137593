import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { findExecutable } from '../../src/daemons/executables/find.js';
import { fetchedBin } from '../../src/daemons/executables/fetch/sources.js';
import { lockHolder } from '../../src/process/lock.js';
import { fakeDebian } from '../fakes/apt/fake-debian.js';

/** What is left of work that a `kill -9` cut off, with processes of their own: these run what the build made. */
const dist = (path: string) => JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href);

const children: ChildProcess[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

function program(code: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
  const args = ['--input-type=module', '--eval', code];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

test('a fetch of bitcoind that is killed leaves no half of it and no stuck lock', async () => {
  const debian = await fakeDebian();
  folders.push(debian.root);
  const { cache, host } = debian;
  const code = `import { findExecutable } from ${dist('daemons/executables/find.js')};
    await findExecutable('bitcoind', ${JSON.stringify({ host, env: debian.env('gate') })});`;
  const child = program(code);
  await waitFor('apt to run', async () =>
    (await debian.aptCalls()).includes('update') ? { done: true } : { seen: 'no call' },
  );
  expect(await lockHolder(cache, 'fetch')).toMatchObject({ pid: child.pid });

  await killed(child);
  await writeFile(debian.gate, ''); // lets its apt end
  expect(await fetchedBin(cache)).toBeUndefined();
  expect(await lockHolder(cache, 'fetch')).toBeUndefined();

  const { executable } = await findExecutable('bitcoind', { host, env: debian.env('ok') });
  expect(executable.source).toBe('download');
  expect(await fetchedBin(cache)).toBe(join(cache, 'bitcoin-knots', 'bin'));
  expect((await readdir(cache)).filter((name) => name.startsWith('staging'))).toEqual([]);
});

test('of processes that are after one lock, some killed, never two have it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ln-play lock '));
  folders.push(dir);
  await writeFile(join(dir, 'count'), '0');
  const code = (rounds: number) => `
    import { readFileSync, writeFileSync } from 'node:fs';
    import { withLock } from ${dist('process/lock.js')};
    const file = ${JSON.stringify(join(dir, 'count'))};
    for (let i = 0; i < ${rounds}; i++)
      await withLock(${JSON.stringify(dir)}, 'l', { what: 'the count', wait: 'wait' }, async () => {
        const count = Number(readFileSync(file, 'utf8'));
        await new Promise(setImmediate);
        if (${rounds} !== Infinity) writeFileSync(file, String(count + 1));
      });`;
  const endless = [program(code(Infinity)), program(code(Infinity))];
  const counting = [1, 2, 3].map(() => program(code(15)));
  const exits = Promise.all(counting.map((child) => once(child, 'exit')));
  for (const child of endless) {
    await waitFor('it to hold the lock', async () => {
      const holder = await lockHolder(dir, 'l');
      return holder?.pid === child.pid ? { done: true } : { seen: `process ${holder?.pid}` };
    });
    await killed(child);
  }
  expect(await exits).toEqual(counting.map(() => [0, null]));
  expect(await readFile(join(dir, 'count'), 'utf8')).toBe('45');
});

test('a reaper runs its command when its owner is killed, and not when it is dismissed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ln-play reaper '));
  folders.push(dir);
  const [killedMark, dismissedMark] = [join(dir, 'killed'), join(dir, 'dismissed')];
  const owner = program(`
    import { writeFileSync } from 'node:fs';
    import { startReaper } from ${dist('process/reaper.js')};
    const touch = (path) => ({ command: 'touch', args: [path] });
    const reaper = await startReaper(touch(${JSON.stringify(dismissedMark)}));
    await startReaper(touch(${JSON.stringify(killedMark)}));
    await reaper.dismiss();
    await reaper.dismiss();
    writeFileSync(${JSON.stringify(join(dir, 'ready'))}, '');
    setInterval(() => {}, 1000);`);
  const file = (name: string) =>
    waitFor(name, async () => ((await readdir(dir)).includes(name) ? { done: true } : { seen: 'no such file' }));
  await file('ready');
  await killed(owner);
  await file('killed');
  expect((await readdir(dir)).sort()).toEqual(['killed', 'ready']);
});
