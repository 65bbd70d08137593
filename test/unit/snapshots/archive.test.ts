import { createHash, randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header, type HeaderData } from 'tar';
import { dir } from 'tmp-promise';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LnPlayError } from '../../../src/core/errors.js';
import { packImage, unpackImage } from '../../../src/snapshots/archive.js';
import {
  copyState,
  filesOf,
  sealImage,
  verifyImage,
  type ImageFacts,
  type ImageManifest,
} from '../../../src/snapshots/image.js';

const FACTS: ImageFacts = {
  note: 'funded',
  created: '2026-01-01T00:00:00.000Z',
  lnPlay: '0.1.0',
  platform: 'linux-x64',
  imported: false,
  bitcoind: { version: 'Satoshi:29.4.2' },
  nodes: [{ name: 'l1', implementation: 'embedded', version: 'v26.06.6' }],
  height: 112,
  balance: { channels: [], nodes: [] },
};

let folder: string;
let cleanup: () => Promise<void>;
beforeEach(async () => {
  ({ path: folder, cleanup } = await dir({ prefix: 'ln-play-test', unsafeCleanup: true }));
});
afterEach(async () => await cleanup());

/** Unpacks bytes into a folder of its own, beside which nothing must be. */
async function unpack(bytes: Uint8Array) {
  await writeFile(join(folder, 'it.tar.gz'), bytes);
  const before = await readdir(folder);
  const image = await unpackImage(join(folder, 'it.tar.gz'), join(folder, 'image'));
  expect((await readdir(folder)).filter((name) => name !== 'image')).toEqual(before);
  return image;
}
const problem = async (bytes: Uint8Array): Promise<string> =>
  await unpack(bytes).then(
    () => 'none',
    (error: unknown) => {
      expect(error).toBeInstanceOf(LnPlayError);
      expect((error as LnPlayError).hint).toBeDefined();
      return (error as LnPlayError).message;
    },
  );

interface Entry extends HeaderData {
  readonly body?: string | Buffer;
}
/** A tar of exactly these entries, whatever they claim. */
function tar(...entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ body = '', ...data }) => {
    const bytes = Buffer.from(body);
    const header = new Header({ mode: 0o600, type: 'File', size: bytes.length, mtime: new Date(0), ...data });
    const block = Buffer.alloc(512);
    header.encode(block);
    return [block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
const fileOf = (path: string, body: string) => ({
  path,
  size: body.length,
  mode: 0o600,
  sha256: createHash('sha256').update(body).digest('hex'),
});
const manifest = (change: object = {}): Entry => ({
  path: 'image.json',
  body: JSON.stringify({
    format: 1,
    ...FACTS,
    diskBytes: 0,
    folders: ['l1'],
    files: [fileOf('l1/config', 'x')],
    links: [],
    ...change,
  } satisfies { [K in keyof ImageManifest]: unknown }),
});
const config: Entry = { path: 'files/l1/config', body: 'x' };
const forged = (...entries: readonly Entry[]): Buffer => gzipSync(tar(...entries));

test('what was packed is unpacked: files and folders as they were, links left out', async () => {
  const from = join(folder, 'from');
  await mkdir(join(from, 'l1', 'empty'), { recursive: true });
  await writeFile(join(from, 'l1', 'blocks'), Buffer.alloc(4_000_000), { mode: 0o640 });
  await writeFile(join(from, 'l1', 'hsm_secret'), 'secret', { mode: 0o400 });
  const image = await sealImage(join(folder, 'made'), await copyState(from, ['l1'], join(folder, 'made')), FACTS);
  const file = join(folder, 'out.tar.gz');
  await packImage({ ...image, manifest: { ...image.manifest, links: [{ path: 'l1/link', to: '/etc' }] } }, file);
  const { size, mode } = await stat(file);
  expect(size).toBeLessThan(10_000);
  expect(mode & 0o777).toBe(0o600);
  const unpacked = await unpack(await readFile(file));
  await verifyImage(unpacked, 'it');
  const files = image.manifest.files.map(({ path, size, sha256 }) => ({
    path,
    size,
    sha256,
    mode: expect.any(Number) as number,
  }));
  expect(unpacked.manifest).toEqual({ ...image.manifest, files, imported: true, links: [] });
  const inside = (path: string) => stat(join(filesOf(unpacked.folder), path));
  expect([(await inside('l1/blocks')).mode & 0o777, (await inside('l1/hsm_secret')).mode & 0o777]).toEqual([
    0o600, 0o400,
  ]);
  expect((await inside('l1/blocks')).blocks).toBeLessThan(64);
  expect((await inside('l1/empty')).isDirectory()).toBe(true);
  await expect(packImage(image, file)).rejects.toMatchObject({ code: 'STATE' });
});

test('what one who was killed left beside the file goes; what another is writing stays', async () => {
  const from = join(folder, 'from');
  await mkdir(join(from, 'l1'), { recursive: true });
  const image = await sealImage(join(folder, 'made'), await copyState(from, ['l1'], join(folder, 'made')), FACTS);
  const out = join(folder, 'out');
  const left = (pid: number): string => `out.tar.gz.${pid}-${randomUUID()}.tmp`;
  const theirs = [left(process.pid), 'out.tar.gz.old.tmp', `other${left(2 ** 30)}`];
  await mkdir(out);
  for (const name of [left(2 ** 30), ...theirs]) await writeFile(join(out, name), 'half');
  await packImage(image, join(out, 'out.tar.gz'));
  expect((await readdir(out)).toSorted()).toEqual(['out.tar.gz', ...theirs].toSorted());
});

test('one by other hands that is well made is taken, with or without gzip', async () => {
  expect(await problem(forged(manifest(), config))).toBe('none');
  expect(await readFile(join(folder, 'image', 'files', 'l1', 'config'), 'utf8')).toBe('x');
  await rm(join(folder, 'image'), { recursive: true });
  expect(await problem(tar(manifest(), config))).toBe('none');
});
const hostile: readonly [what: string, entries: readonly Entry[], says: RegExp][] = [
  ['a name with ..', [manifest(), { ...config, path: 'files/../../out' }], /"files\/\.\.\/\.\.\/out" is in it/],
  [
    'a name with .. after what is known',
    [manifest(), { ...config, path: 'files/l1/config/../../../../out' }],
    /is in it/,
  ],
  ['an absolute name', [manifest(), { ...config, path: '/tmp/ln-play-out' }], /"\/tmp\/ln-play-out" is in it/],
  ['a name beside files', [manifest(), { ...config, path: 'l1/config' }], /"l1\/config" is in it/],
  ['escape sequences in a name', [manifest(), { ...config, path: 'files/\u001B[2J' }], /"files\/\\u001b\[2J" is in it/],
  ['a name twice', [manifest(), config, config], /or not twice/],
  ['two manifests', [manifest(), manifest(), config], /"image\.json" is in it/],
  [
    'a symbolic link',
    [manifest(), { ...config, body: '', type: 'SymbolicLink', linkpath: '/etc/passwd' }],
    /a SymbolicLink/,
  ],
  [
    'a link for a folder',
    [manifest(), { path: 'files/l1', type: 'SymbolicLink', linkpath: '/tmp' }, config],
    /a SymbolicLink/,
  ],
  ['a hard link', [manifest(), { ...config, body: '', type: 'Link', linkpath: '/etc/passwd' }], /a Link/],
  [
    'a hard link to the manifest',
    [manifest(), { ...config, body: '', type: 'Link', linkpath: 'image.json' }],
    /a Link/,
  ],
  [
    'a device',
    [manifest(), { ...config, body: '', type: 'CharacterDevice', devmaj: 1, devmin: 5 }],
    /a CharacterDevice/,
  ],
  ['a block device', [manifest(), { ...config, body: '', type: 'BlockDevice', devmaj: 8 }], /a BlockDevice/],
  ['a pipe', [manifest(), { ...config, body: '', type: 'FIFO' }], /a FIFO/],
  ['a folder', [manifest(), { ...config, body: '', type: 'Directory' }], /a Directory/],
  ['another file first', [config, manifest()], /is no snapshot of ln-play: it does not begin with image.json/],
  [
    'a manifest that is a link',
    [{ path: 'image.json', type: 'SymbolicLink', linkpath: '/etc/passwd' }],
    /a SymbolicLink/,
  ],
  ['a huge manifest', [{ path: 'image.json', size: 2 ** 33 }], /is no snapshot of ln-play/],
  ['nothing', [], /it is empty|damaged/],
  ['a file that is missing', [manifest()], /l1\/config is missing: it is cut off/],
  ['a file that is larger', [manifest(), { ...config, body: 'xx' }], /l1\/config has 2 bytes, not 1/],
  ['a file that is another', [manifest(), { ...config, body: 'y' }], /l1\/config is another than was saved/],
  [
    'a huge file',
    [manifest({ files: [{ ...fileOf('x', ''), size: 2 ** 52 }] }), { path: 'files/x', size: 2 ** 52 }],
    /Truncated input/,
  ],
  [
    'a file that says it is larger than it is',
    [manifest(), { ...config, size: 8 ** 10 }],
    /l1\/config has 1073741824 bytes, not 1|Truncated input/,
  ],
  ['a file in a folder that there is not', [manifest({ folders: [] }), config], /ENOENT/],
  ['a file for a folder', [manifest({ folders: ['l1'], files: [fileOf('l1', 'x')] }), config], /names something twice/],
  [
    'a file in a file',
    [
      manifest({ folders: [], files: [fileOf('l1', 'x'), fileOf('l1/config', 'x')] }),
      { ...config, path: 'files/l1' },
      config,
    ],
    /ENOTDIR/,
  ],
  ['a folder before its own', [manifest({ folders: ['l1/a', 'l1'] })], /ENOENT/],
  ['what says nothing of itself', [manifest({ note: undefined })], /something else than it should in "note"/],
  ['escape sequences in a version', [manifest({ bitcoind: { version: '\u001B[2J' } })], /"bitcoind\.version"/],
  ['escape sequences in a path', [manifest({ files: [fileOf('l1/\u009B2J', 'x')] })], /"files\.0\.path"/],
  ['no nodes but null', [manifest({ nodes: [null] })], /its image\.json lacks its nodes/],
  ['no balance but a word', [manifest({ balance: 'much' })], /"balance"/],
  [
    'an amount that is none',
    [
      manifest({
        balance: {
          channels: [],
          nodes: [{ name: 'l1', onchainMsat: '-1', invoices: { made: 0, paid: 0, receivedMsat: '0' } }],
        },
      }),
    ],
    /"balance\.nodes\.0\.onchainMsat"/,
  ],
  ['bitcoind null', [manifest({ bitcoind: null })], /its image\.json lacks its facts/],
  [
    'a file that may be run as another',
    [manifest({ files: [{ ...fileOf('l1/config', 'x'), mode: 0o4755 }] })],
    /"files\.0\.mode"/,
  ],
  ['a later ln-play', [manifest({ format: 2, lnPlay: '9.0.0' })], /made by a later ln-play \(9\.0\.0\)/],
  [
    'a later ln-play that says so with colours',
    [manifest({ format: 2, lnPlay: '\u001B[31m' })],
    /later ln-play \(of a version that it does not tell\)/,
  ],
];

test.each(hostile)('%s is refused, with the reason', async (_, entries, says) => {
  const message = await problem(forged(...entries));
  expect(message).toMatch(says);
  expect(message).not.toMatch(/[\p{Cc}]/u);
});

test('a note of several lines becomes one', async () => {
  const image = await unpack(forged(manifest({ note: 'a\nb\u001B[2J' }), config));
  expect(image.manifest.note).toBe('a b [2J');
});

test('cut off anywhere, compressed or not, and files that are something else', async () => {
  const plain = tar(manifest(), config);
  const zipped = gzipSync(plain);
  const lengths = (bytes: Buffer): number[] =>
    [0, 1, 9, 10, 18, 100, 511, 512, 513, 600, 1024, 1030].filter((length) => length < bytes.length - 1024);
  for (const length of lengths(plain)) expect(await problem(plain.subarray(0, length)), `${length}`).not.toBe('none');
  for (let length = 0; length < zipped.length; length += 7)
    expect(await problem(zipped.subarray(0, length)), `${length} of ${zipped.length}`).not.toBe('none');
  const zstd = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), plain.subarray(0, 300)]);
  const others = {
    zstd,
    text: 'not a tar at all',
    zeros: Buffer.alloc(5000),
    shell: '#!/bin/sh\ntouch /tmp/x\n'.repeat(100),
  };
  for (const [what, bytes] of Object.entries(others))
    expect(await problem(Buffer.from(bytes)), what).toMatch(/ is (damaged|no snapshot)/);
  const foreign = gzipSync(tar({ path: 'README.md', body: 'of another project' }));
  expect(await problem(foreign)).toMatch(/is no snapshot of ln-play: it does not begin with image.json/);
  await expect(unpackImage(join(folder, 'nowhere'), join(folder, 'image'))).rejects.toThrow(/Cannot read .*nowhere/);
  expect((await lstat(folder)).isDirectory()).toBe(true);
});
