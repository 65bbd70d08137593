import { mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dir } from 'tmp-promise';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KnownDigests } from '../../../src/core/known-digests.js';
import { copyTree } from '../../../src/snapshots/copy.js';
import {
  copyState,
  filesOf,
  manifestOf,
  parseManifest,
  readImage,
  sealImage,
  treeOf,
  verifyImage,
  type Image,
  type ImageFacts,
} from '../../../src/snapshots/image.js';

const FACTS: ImageFacts = {
  note: null,
  created: '2026-01-01T00:00:00.000Z',
  lnPlay: '0.1.0',
  platform: 'linux-x64',
  imported: false,
  bitcoind: { version: null },
  nodes: [],
  height: null,
  balance: null,
};

let folder: string;
let cleanup: () => Promise<void>;
let image: Image;
const inFiles = (...path: string[]): string => join(filesOf(image.folder), ...path);
const problem = async (): Promise<string | undefined> =>
  await verifyImage(image, 'It').then(
    () => undefined,
    (error: Error) => error.message,
  );

beforeEach(async () => {
  ({ path: folder, cleanup } = await dir({ prefix: 'ln-play-test', unsafeCleanup: true }));
  const from = join(folder, 'from');
  await mkdir(join(from, 'l1', 'regtest'), { recursive: true });
  await writeFile(join(from, 'l1', 'config'), 'alias=l1\n');
  await writeFile(join(from, 'l1', 'regtest', 'db'), 'channels');
  await symlink('config', join(from, 'l1', 'link'));
  await writeFile(join(from, 'other'), 'no state');
  const tree = await copyState(from, ['l1', 'l2'], join(folder, 'image'));
  image = await sealImage(join(folder, 'image'), tree, FACTS);
});
afterEach(async () => await cleanup());

test('an image has what it is told to copy, is read as it was written, and is whole', async () => {
  expect(image.manifest).toMatchObject({
    folders: ['l1', 'l1/regtest'],
    files: [
      { path: 'l1/config', size: 9 },
      { path: 'l1/regtest/db', size: 8 },
    ],
    links: [{ path: 'l1/link', to: 'config' }],
  });
  expect(await readImage(image.folder)).toEqual(image);
  expect(await readImage(join(folder, 'nowhere'))).toBeUndefined();
  expect(await problem()).toBeUndefined();
});

const damages: readonly [damage: () => Promise<unknown>, says: string][] = [
  [() => writeFile(inFiles('l1', 'config'), 'alias=l2\n'), 'l1/config is another than was saved'],
  [() => truncate(inFiles('l1', 'config'), 3), 'l1/config has 3 bytes, not 9'],
  [() => rm(inFiles('l1', 'config')), 'l1/config is missing'],
  [() => rm(inFiles('l1', 'regtest'), { recursive: true }), 'l1/regtest/db is missing'],
  [() => replace('l1/regtest', () => writeFile(inFiles('l1', 'regtest'), '')), 'l1/regtest/db is missing'],
  [() => replace('l1/config', () => mkdir(inFiles('l1', 'config'))), 'l1/config is missing'],
  [() => replace('l1/config', () => symlink('regtest/db', inFiles('l1', 'config'))), 'l1/config is missing'],
  [
    () => replace('l1/link', () => symlink('/etc/passwd', inFiles('l1', 'link'))),
    'leads to /etc/passwd, not to config',
  ],
  [() => replace('l1/link', () => writeFile(inFiles('l1', 'link'), '')), 'the link l1/link is missing'],
  [() => rm(inFiles('l1', 'link')), 'the link l1/link is missing'],
  [() => writeFile(inFiles('l1', 'more'), ''), 'l1/more is in it, and was not saved'],
  [() => writeFile(inFiles('more'), ''), 'more is in it, and was not saved'],
  [() => symlink('/etc', inFiles('l1', 'more')), 'l1/more is in it, and was not saved'],
  [() => rm(inFiles(), { recursive: true }), 'is missing'],
];
async function replace(path: string, make: () => Promise<unknown>): Promise<void> {
  await rm(inFiles(path), { recursive: true });
  await make();
}

test.each(damages)('damage %# is found', async (damage, says) => {
  await damage();
  expect(await problem()).toMatch(/^It is damaged: /);
  expect(await problem()).toContain(says);
});

test('a manifest that cannot be one is refused with the reason', async () => {
  const text = await readFile(manifestOf(image.folder), 'utf8');
  expect(parseManifest(text, 'It')).toEqual(image.manifest);
  const file = image.manifest.files[0]!;
  const changed = (change: object): string => JSON.stringify({ ...image.manifest, ...change });
  for (const [wrong, says] of [
    [text.slice(0, -3), 'It is damaged: its image.json is not JSON'],
    ['null', 'is no object'],
    ['[]', 'has format undefined'],
    [changed({ format: 0 }), 'has format 0'],
    [changed({ format: 2, lnPlay: '7.0.0' }), 'It was made by a later ln-play (7.0.0): it has format 2'],
    [changed({ created: 5 }), 'lacks its facts'],
    [changed({ nodes: [{}] }), 'lacks its nodes'],
    [changed({ files: [{ ...file, sha256: 'a' }] }), 'lacks its files'],
    [changed({ files: [{ ...file, size: -1 }] }), 'lacks its files'],
    [changed({ files: [{ ...file, size: 2 ** 60 }] }), 'lacks its files'],
    [changed({ files: [file, file] }), 'names something twice'],
    [changed({ folders: ['l1', 'l1/config'] }), 'names something twice'],
    ...['..', '../x', 'l1/../../x', '/etc/passwd', 'l1//x', 'l1/./x', '', String.raw`l1\x`, 'l1/\0x'].map(
      (path) => [changed({ files: [{ ...file, path }] }), 'names something outside its folder'] as const,
    ),
    [changed({ links: [{ path: '../x', to: 'y' }] }), 'names something outside its folder'],
  ] as const)
    expect(() => parseManifest(wrong, 'It')).toThrow(says);
});

test('where zeros begin is told, so that a copy leaves them unread and has them all the same', async () => {
  const from = join(folder, 'from');
  const content = Buffer.alloc(1_000_000);
  content.write('blocks', 100_000);
  await writeFile(join(from, 'l1', 'blocks'), content);
  const made = await sealImage(join(folder, 'zeros'), await copyState(from, ['l1'], join(folder, 'zeros')), FACTS);
  expect(made.manifest.files[0]).toMatchObject({ path: 'l1/blocks', size: 1_000_000, dataBytes: 2 * 65_536 });
  await copyTree(filesOf(made.folder), join(folder, 'copy'), treeOf(made.manifest));
  expect((await readFile(join(folder, 'copy', 'l1', 'blocks'))).equals(content)).toBe(true);
});

test('what was looked at is not read again, unless it has changed since', async () => {
  const digests = new KnownDigests(join(folder, 'digests.json'));
  await verifyImage({ ...image, digests }, 'It');
  // known from a file: that it is right is not found out by reading it
  const forged = { ...image.manifest.files[0]!, sha256: 'a'.repeat(64) };
  const manifest = { ...image.manifest, files: [forged, ...image.manifest.files.slice(1)] };
  const known = await readFile(join(folder, 'digests.json'), 'utf8');
  await writeFile(join(folder, 'digests.json'), known.replace(image.manifest.files[0]!.sha256, 'a'.repeat(64)));
  const again = { ...image, manifest, digests: new KnownDigests(join(folder, 'digests.json')) };
  await verifyImage(again, 'It');
  await writeFile(inFiles('l1', 'config'), 'alias=l3\n');
  await expect(verifyImage(again, 'It')).rejects.toThrow('l1/config is another than was saved');
});
