import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unpackBuild } from '../../../../../src/daemons/executables/cln/unpack.js';
import { layout, program, VERSION } from '../../../../fakes/cln-releases/release.js';
import { xz } from '../../../../fakes/cln-releases/xz.js';
import { tarOf, type Files, type TarOptions } from '../../../../fakes/tar.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ln-play unpack '));
  await mkdir(join(root, 'staging'));
});
afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 10 }));

const tar = (files: Files = layout(), options?: TarOptions) => tarOf(join(root, 'archive'), files, options);
async function unpack(bytes: Buffer, name = 'a.tar.xz'): Promise<string> {
  await writeFile(join(root, 'a.part'), bytes);
  return await unpackBuild(join(root, 'a.part'), name, join(root, 'staging'), 'http://a.test/a.tar.xz');
}
const filesOf = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
const PROGRAMS = [
  'bin/lightning-cli',
  'bin/lightningd',
  'libexec/c-lightning/lightning_connectd',
  'libexec/c-lightning/plugins/pay',
];

test('takes the programs of Ubuntu’s build, and no manuals', async () => {
  const made = await unpack(xz(await tar()));
  expect(await filesOf(made)).toEqual(PROGRAMS);
  expect(await readFile(join(made, 'bin/lightningd'), 'utf8')).toBe(program(VERSION));
});

test('takes those of Fedora’s, which is packed and laid out otherwise', async () => {
  const files = Object.fromEntries(
    Object.entries(layout()).map(([path, content]) => [path.replace('./usr/', 'usr/local/'), content]),
  );
  const made = await unpack(gzipSync(await tar(files, { paths: ['usr'] })), 'a.tar.gz');
  expect(await filesOf(made)).toEqual(PROGRAMS);
});

test('a big one comes whole', async () => {
  const big = Buffer.alloc(3_000_000, 'core lightning');
  const made = await unpack(xz(await tar({ ...layout(), './usr/libexec/c-lightning/plugins/big': big })));
  expect((await readFile(join(made, 'libexec/c-lightning/plugins/big'))).equals(big)).toBe(true);
});

const isRefused = async (bytes: Buffer, what: RegExp, name?: string) => {
  await expect(unpack(bytes, name)).rejects.toMatchObject({
    code: 'DOWNLOAD',
    message: expect.stringMatching(what) as string,
  });
  expect(await readdir(root)).toEqual(['a.part', 'staging']);
};

test.each([
  ['usr/bin/../../../outside', /outside its folder: .*\.\./],
  ['../outside', /outside its folder: \.\.\/outside/],
])('refuses %s', async (path, what) => {
  const bytes = await tar({ ...layout(), [path]: 'x' }, { paths: ['.', path] });
  await isRefused(xz(bytes), what);
});

test('refuses a link that leads out, and what would be written through it', async () => {
  const bytes = await tar(layout(), {
    prepare: (inside) => symlink('../../../../elsewhere', join(inside, 'usr/libexec/c-lightning/out')),
  });
  await isRefused(xz(bytes), /no build of Core Lightning: .*(linkpath|link)/i);
});

test('refuses what has no lightningd', async () => {
  const { './usr/bin/lightningd': _, ...others } = layout();
  await isRefused(xz(await tar(others)), /it has no usr\/bin\/lightningd/);
});

test('refuses what is no such archive', async () => {
  const whole = xz(await tar());
  await isRefused(Buffer.from('<html>'), /is no build of Core Lightning/);
  await isRefused(whole.subarray(0, whole.length / 2), /is no build of Core Lightning/);
  await isRefused(xz(Buffer.from('no tar at all'.repeat(100))), /is no build of Core Lightning/);
  await isRefused(Buffer.from('<html>'), /is no build of Core Lightning/, 'a.tar.gz');
});
