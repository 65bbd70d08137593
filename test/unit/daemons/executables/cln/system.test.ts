import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemOf, systemText, systemTitle } from '../../../../../src/daemons/executables/cln/system.js';
import type { Host } from '../../../../../src/daemons/executables/host.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ln-play-system-'));
  for (const folder of ['etc', 'lib64', 'usr/lib']) await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, 'lib64', 'ld-linux-x86-64.so.2'), '');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const LINUX = { platform: 'linux', arch: 'x64' } as const;
async function on(osRelease: string, { asked, file = 'etc/os-release' }: { asked?: string; file?: string } = {}) {
  await writeFile(join(root, file), osRelease);
  return await systemOf({ ...LINUX, root }, asked);
}

test.each([
  [
    'Ubuntu',
    'PRETTY_NAME="Ubuntu 24.04.2 LTS"\nID=ubuntu\nVERSION_ID="24.04"\nUBUNTU_CODENAME=noble\n',
    'ubuntu-24.04',
  ],
  ['an Ubuntu between two LTS', 'ID=ubuntu\nVERSION_ID="25.10"\nUBUNTU_CODENAME=questing\n', 'ubuntu-25.10'],
  ['Mint', 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\nUBUNTU_CODENAME=noble\n', 'ubuntu-24.04'],
  ['Fedora', "ID=fedora\nVERSION_ID=42\nPRETTY_NAME='Fedora Linux 42'\n", 'fedora-42'],
])('%s', async (_name, text, expected) => {
  const system = await on(text);
  expect('whyNot' in system ? system.whyNot : systemText(system)).toBe(expected);
});

test('os-release may be in /usr/lib alone', async () => {
  expect(await on('ID=fedora\nVERSION_ID=40\n', { file: 'usr/lib/os-release' })).toEqual({
    name: 'fedora',
    number: '40',
  });
});

test.each([
  ['Debian', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n', /Debian GNU\/Linux 12/],
  ['a Linux that says nothing', '', /this Linux/],
])('%s: no build, with what to do', async (_name, text, why) => {
  const system = await on(text);
  expect(system).toMatchObject({ whyNot: expect.stringMatching(why) as string });
  const instead = ('instead' in system ? system.instead : []).join('\n');
  for (const way of ['--for ubuntu-22.04', 'installation', 'elementsproject/lightningd', 'comes with ln-play'])
    expect(instead).toContain(way);
});

test('who asks for another system’s build gets it, on Debian too', async () => {
  const system = await on('ID=debian\n', { asked: 'Ubuntu-22.04' });
  expect(system).toEqual({ name: 'ubuntu', number: '22.04' });
  expect('name' in system && systemTitle(system)).toBe('Ubuntu 22.04');
  await expect(on('ID=debian\n', { asked: 'debian-12' })).rejects.toMatchObject({ code: 'USAGE' });
});

test.each<[string, Pick<Host, 'platform' | 'arch'>, RegExp, string]>([
  ['macOS', { platform: 'darwin', arch: 'arm64' }, /macOS/, 'brew install core-lightning'],
  ['macOS on Intel', { platform: 'darwin', arch: 'x64' }, /macOS/, 'brew install core-lightning'],
  ['arm64', { platform: 'linux', arch: 'arm64' }, /linux on arm64/, 'elementsproject/lightningd'],
])('%s: no build, with what to do', async (_name, host, why, way) => {
  for (const asked of [undefined, 'ubuntu-24.04']) {
    const system = await systemOf({ ...host, root }, asked);
    expect(system).toMatchObject({ whyNot: expect.stringMatching(why) as string });
    expect('instead' in system && system.instead.join('\n')).toContain(way);
  }
});

test('a Linux without glibc: no build', async () => {
  await rm(join(root, 'lib64'), { recursive: true });
  expect(await on('ID=alpine\n')).toMatchObject({ whyNot: expect.stringMatching(/need glibc/) as string });
});
