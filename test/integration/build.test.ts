import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, readlink, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { useTemporaryFolder } from './support.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PARTS = [
  'bin',
  'scripts',
  'src',
  'web',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

const folder = useTemporaryFolder();
let clone: string;

beforeAll(async () => {
  clone = join(folder.path, 'clone');
  await mkdir(clone);
  for (const part of PARTS) await cp(join(ROOT, part), join(clone, part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  await build();
});

const build = async (): Promise<string> => (await run(process.execPath, ['scripts/build.js'], { cwd: clone })).stderr;
const current = (): Promise<string> => readlink(join(clone, '.dist-current'));
const version = async (): Promise<string> => (await run(join(clone, 'bin', 'ln-play.js'), ['--version'])).stdout;

/** Changes what the modules of src call each other by, so that those of before and after do not fit together. */
async function rename(from: string, to: string): Promise<void> {
  const files = await readdir(join(clone, 'src'), { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const path = join(clone, 'src', file);
    const text = await readFile(path, 'utf8');
    if (text.includes(from)) await writeFile(path, text.replaceAll(from, to));
  }
}

test('what is built already is not built again, whatever its files say of their age', async () => {
  const before = await stat(join(clone, 'dist'));
  await utimes(join(clone, 'src', 'index.ts'), new Date(), new Date());
  expect(await build()).toBe('');
  expect((await stat(join(clone, 'dist'))).ino).toBe(before.ino);
});

test('dist that has gone comes back', async () => {
  await rm(join(clone, 'dist'), { recursive: true });
  await build();
  expect(await readdir(join(clone, 'dist'))).toContain('index.js');
});

test('a command that runs goes on with what it began with, and sources that come back are not built again', async () => {
  const first = await current();
  const command = `
    import { build } from ${JSON.stringify(join(clone, 'bin', 'build.js'))};
    const { COMMANDS } = await import(new URL('cli/commands.js', build()).href);
    console.log('begun');
    process.stdin.once('data', async () => {
      for (const { load } of COMMANDS) await load();
      process.exit();
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', command], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let errors = '';
  child.stderr.on('data', (text) => (errors += String(text)));
  await once(createInterface(child.stdout), 'line');
  await rename('textOption', 'optionText');
  expect(await build()).toBe('building dist …\n');
  expect(await current()).not.toBe(first);
  child.stdin.end('go on\n');
  expect({ ended: await ended, errors }).toEqual({ ended: [0, null], errors: '' });
  expect(await readFile(join(clone, 'dist', 'cli', 'context.js'), 'utf8')).toContain('optionText');

  await rename('optionText', 'textOption');
  expect(await build()).toBe('');
  expect(await current()).toBe(first);
});

test('builds at once leave one that is whole, and nothing else behind', async () => {
  await rename('listOption', 'optionList');
  await Promise.all([build(), build()]);
  expect(await version()).toMatch(/^\d+\.\d+\.\d+\n$/);
  const { build: copied } = JSON.parse(await readFile(join(clone, 'dist', 'package.json'), 'utf8')) as {
    build: string;
  };
  expect(copied).toBe(await current());
  expect((await readdir(clone)).filter((name) => name.startsWith('.dist-tmp'))).toEqual([]);
});

test('sources that do not compile leave the build as it was, and are told', async () => {
  const before = await current();
  const file = join(clone, 'src', 'index.ts');
  const text = await readFile(file, 'utf8');
  await writeFile(file, `${text}\nexport const broken: number = 'text';\n`);
  await expect(build()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('index.ts') as string });
  await writeFile(file, text);
  expect(await current()).toBe(before);
  expect(await version()).toMatch(/^\d/);
});

test('a build that nothing has run from for a day goes', async () => {
  const kept = await current();
  const long = new Date(Date.now() - 25 * 60 * 60 * 1000);
  for (const name of await readdir(clone))
    if (/^\.dist-[0-9a-f]+$/.test(name)) await utimes(join(clone, name), long, long);
  await build();
  expect((await readdir(clone)).filter((name) => /^\.dist-[0-9a-f]+$/.test(name))).toEqual([kept]);
});
