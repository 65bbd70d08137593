import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unpackPrograms } from '../../../../../src/daemons/executables/core/unpack.js';
import { archiveOf, LAYOUT, program, type Archive } from '../../../../fakes/bitcoincore/archive.js';

const WANTED = ['bitcoin-31.1/bin/bitcoind', 'bitcoin-31.1/bin/bitcoin-cli'];
let root: string;
let bin: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ln-play-unpack-'));
  bin = join(root, 'cache', 'bin');
  await mkdir(bin, { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function unpack({ bytes }: Archive): Promise<void> {
  const file = join(root, 'cache', 'a.tar.gz');
  await writeFile(file, bytes);
  await unpackPrograms(file, WANTED, bin, 'http://a.test/a.tar.gz');
}
const isRefused = async (archive: Archive, what: RegExp) => {
  const error: unknown = await unpack(archive).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'DOWNLOAD', message: expect.stringMatching(what) as string });
  expect((await readdir(root, { recursive: true })).filter((name) => name.includes('outside'))).toEqual([]);
};
const archive = (...options: [Parameters<typeof archiveOf>[1]?, Parameters<typeof archiveOf>[2]?]) =>
  archiveOf(join(root, 'archive'), ...options);

test('takes the two programs alone', async () => {
  await unpack(await archive());
  expect((await readdir(bin)).sort()).toEqual(['bitcoin-cli', 'bitcoind']);
});

test.each([
  ['bitcoin-31.1/../../outside', /outside its folder: .*\.\./],
  ['../outside', /outside its folder: \.\.\/outside/],
])('refuses %s', async (path, what) => {
  const files = { ...LAYOUT, [path]: 'x' };
  await isRefused(await archive(files, { paths: ['bitcoin-31.1', path] }), what);
});

test('refuses an absolute path', async () => {
  const path = join(root, 'archive', 'outside');
  const prepare = () => writeFile(path, 'x');
  await isRefused(await archive(LAYOUT, { paths: ['bitcoin-31.1', path], prepare }), /outside its folder: \//);
});

test.each(['symbolic', 'hard'])('refuses a program that is a %s link', async (kind) => {
  const { link } = await import('node:fs/promises');
  const files = { 'bitcoin-31.1/bin/bitcoin-cli': program('bitcoin-cli'), 'bitcoin-31.1/a': program('bitcoind') };
  const prepare = async (inside: string) => {
    const [a, bitcoind] = [join(inside, 'bitcoin-31.1', 'a'), join(inside, 'bitcoin-31.1', 'bin', 'bitcoind')];
    await (kind === 'symbolic' ? symlink('/bin/sh', bitcoind) : link(a, bitcoind));
  };
  await isRefused(
    await archive(files, { paths: ['bitcoin-31.1/a', 'bitcoin-31.1/bin'], prepare }),
    /it has no file bitcoin-31\.1\/bin\/bitcoind/,
  );
});

test('does not follow a link in place of the programs’ folder', async () => {
  const prepare = async (inside: string) => {
    await mkdir(join(root, 'elsewhere'));
    await symlink(join(root, 'elsewhere'), join(inside, 'link'));
  };
  await unpack(await archive(LAYOUT, { paths: ['link', 'bitcoin-31.1'], prepare }));
  expect((await readdir(bin)).sort()).toEqual(['bitcoin-cli', 'bitcoind']);
  expect(await readdir(join(root, 'elsewhere'))).toEqual([]);
});

test('refuses what is no archive, half of one, and one without the programs', async () => {
  await isRefused({ bytes: Buffer.from('<html>'), sha256: '' }, /is not Bitcoin Core's release/);
  const { bytes } = await archive();
  await isRefused({ bytes: bytes.subarray(0, bytes.length >> 1), sha256: '' }, /is not Bitcoin Core's release/);
  await isRefused(await archive({ 'bitcoin-31.1/README.md': 'x' }), /it has no file/);
});
