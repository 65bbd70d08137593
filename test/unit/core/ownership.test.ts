import { chmod, chown, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dir } from 'tmp-promise';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assertOurs, type Self } from '../../../src/core/ownership.js';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const us: Self = { uid: process.getuid!(), gid: process.getgid!(), sudoUid: undefined, home: '/nonexistent' };

let root: string;
let cleanup: () => Promise<void>;
const at = (...names: string[]): string => join(root, ...names);
beforeEach(async () => {
  ({ path: root, cleanup } = await dir({ prefix: 'ln-play-test-', unsafeCleanup: true }));
  await mkdir(at('p', 'l1'), { recursive: true });
  await writeFile(at('p', 'l1', 'config'), 'network=regtest\n');
  for (const name of ['', 'p', 'p/l1', 'p/l1/config']) await chmod(at(name), 0o700);
});
afterEach(() => cleanup());

const look = (self: Partial<Self> = {}, folder = at('p')): void =>
  assertOurs(folder, ['*/config'], 'choose another', { ...us, ...self });

test('what is ours alone is fine, and so is what is not there yet', () => {
  look();
  look({}, at('p', 'not', 'yet'));
});

describe.each([['p'], ['p/l1'], ['p/l1/config'], ['']])('%s', (name) => {
  test('that every user can write is refused', async () => {
    await chmod(at(name), 0o777);
    expect(() => look()).toThrow(
      expect.objectContaining({
        code: 'FILESYSTEM',
        message: `${join(root, name)} can be written by every user`,
        hint: expect.stringMatching(/choose another, or.*chmod go-w/) as string,
      }),
    );
  });

  test.skipIf(!isRoot)('that belongs to somebody else is refused, but for the one who said sudo', async () => {
    await chown(at(name), NOBODY, NOBODY);
    const message = expect.stringMatching(/ belongs to .*65534.*, not to you$/) as string;
    expect(() => look()).toThrow(expect.objectContaining({ code: 'FILESYSTEM', message }));
    look({ sudoUid: NOBODY });
  });
});

test('a group of many may not write, a group of our own may', async () => {
  await chmod(at('p'), 0o770);
  if (us.gid === us.uid) look();
  if (isRoot) await chown(at('p'), us.uid, NOBODY);
  expect(() => look({ gid: us.gid + 1 })).toThrow(/can be written by the group/);
});

test('a sticky folder above keeps what is in it to its owners; the home folder is trusted as it is', async () => {
  await chmod(root, 0o1777);
  look();
  await chmod(root, 0o777);
  look({ home: root });
  look({ home: at('p') });
});

test('a link leads to a folder that counts as well', async () => {
  await symlink(at('p'), at('link'));
  look({}, at('link'));
  await chmod(at('p'), 0o777);
  expect(() => look({}, at('link'))).toThrow(/p can be written by every user/);
});
