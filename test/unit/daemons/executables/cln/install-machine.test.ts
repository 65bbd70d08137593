import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installedLightningds } from '../../../../../src/daemons/executables/cln/installed.js';
import { layout, VERSION } from '../../../../fakes/cln-releases/release.js';
import { useUbuntu } from './support.js';

const ubuntu = useUbuntu();

describe('the machine', () => {
  test('has none of the systems that it is built for', async () => {
    await writeFile(join(ubuntu.root, 'etc', 'os-release'), 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12"\n');
    const error = await ubuntu.failing();
    expect(error.message).toBe(
      'Of Core Lightning v26.06.6 there is no build for this machine: none is made for Debian GNU/Linux 12',
    );
    expect(error.hint).toContain('--for ubuntu-22.04');
    await expect(readdir(ubuntu.cache)).rejects.toThrow('ENOENT'); // nothing was touched
    expect(await ubuntu.install({ system: 'ubuntu-26.04' })).toMatchObject({ fetched: { system: 'Ubuntu 24.04' } });
  });

  test('is older than all builds: those that there are, are named', async () => {
    const error = await ubuntu.failing({ system: 'ubuntu-20.04' });
    expect(error.hint).toMatch(/try the one for Ubuntu 24\.04: --for ubuntu-24\.04/);
  });

  test('lacks a library: the line that installs it is named, and the next try fetches nothing', async () => {
    const bin = join(ubuntu.root, 'bin');
    await mkdir(bin);
    const ldd = '#!/bin/sh\necho "	libpq.so.5 => not found"\n';
    for (const [name, text] of Object.entries({ ldd, 'apt-get': '#!/bin/sh\n' })) {
      await writeFile(join(bin, name), text);
      await chmod(join(bin, name), 0o755);
    }
    const lacking = ubuntu.install({ env: { PATH: `${bin}:${process.env['PATH']}` } });
    await expect(lacking).rejects.toMatchObject({
      code: 'MISSING_BINARY',
      message: 'lightningd v26.06.6 needs libpq.so.5, which is not on this machine',
      hint: 'sudo apt-get install libpq5\nthen: ln-play install lightningd v26.06.6 (what was fetched is kept)',
    });
    expect(await installedLightningds(ubuntu.cache)).toEqual([]);
    await ubuntu.install();
    expect(ubuntu.site.ranges).toEqual(['']);
  });

  test.each([
    [
      'lacks a library, and ldd',
      'echo "lightningd: error while loading shared libraries: libsodium.so.23: cannot open" >&2; exit 127',
      'MISSING_BINARY',
      /needs libsodium\.so\.23/,
    ],
    ['cannot run it', 'echo "Illegal instruction" >&2; exit 132', 'DOWNLOAD', /does not run here/],
  ])('%s', async (_name, script, code, message) => {
    await ubuntu.serve({ ...layout(), './usr/bin/lightningd': `#!/bin/sh\n${script}\n` });
    await expect(ubuntu.install()).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(await installedLightningds(ubuntu.cache)).toEqual([]);
  });

  test('is offline by its user’s will', async () => {
    expect((await ubuntu.failing({ env: { LN_PLAY_OFFLINE: '1' } })).message).toMatch(/LN_PLAY_OFFLINE=1 forbids it/);
  });

  test('has a mirror that is none', async () => {
    await expect(ubuntu.install({ env: { LN_PLAY_LIGHTNINGD_MIRROR: 'nonsense' } })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  test('has a cache in which others could put what would run', async () => {
    await ubuntu.install();
    await chmod(join(ubuntu.folder, VERSION, 'libexec', 'c-lightning'), 0o777);
    await expect(ubuntu.install()).rejects.toMatchObject({
      code: 'FILESYSTEM',
      message: expect.stringContaining('every user') as string,
    });
  });
});
