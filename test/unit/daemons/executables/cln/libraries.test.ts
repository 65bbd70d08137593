import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assertNothingMissing, missingIn, missingOf } from '../../../../../src/daemons/executables/cln/libraries.js';

let bin: string;
beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), 'ln-play-libraries-'));
});
afterEach(() => rm(bin, { recursive: true, force: true }));

async function program(name: string, script = ''): Promise<string> {
  const path = join(bin, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const LDD = `
	linux-vdso.so.1 (0x00007ffd)
	libpq.so.5 => not found
	libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f)
	libsodium.so.23 => not found
`;

test('reads what ldd and the loader say', () => {
  expect(missingIn(LDD + LDD)).toEqual({ libraries: ['libpq.so.5', 'libsodium.so.23'], versions: [] });
  const loader =
    '/x/lightningd: error while loading shared libraries: libpq.so.5: cannot open shared object file: No such file';
  expect(missingIn(loader)).toEqual({ libraries: ['libpq.so.5'], versions: [] });
  const old =
    "/x/lightningd: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /x/lightningd)";
  expect(missingIn(old)).toEqual({ libraries: [], versions: ['GLIBC_2.38'] });
});

test('a program that runs lacks nothing, and a script needs nothing', async () => {
  const programs = [process.execPath, await program('script')];
  expect(await missingOf(programs, {})).toEqual({ libraries: [], versions: [] });
});

const hint = async (libraries: string[], manager?: string) => {
  if (manager) await program(manager);
  const options = { what: 'lightningd v25.12', again: 'ln-play install lightningd v25.12', env: { PATH: bin } };
  return (await assertNothingMissing({ libraries, versions: [] }, options).catch((error: unknown) => error)) as {
    code: string;
    message: string;
    hint: string;
  };
};

test('names the line that installs what is missing, by apt', async () => {
  const error = await hint(['libpq.so.5', 'libsodium.so.23', 'libsqlite3.so.0'], 'apt-get');
  expect(error).toMatchObject({
    code: 'MISSING_BINARY',
    message: 'lightningd v25.12 needs libpq.so.5, libsodium.so.23 and libsqlite3.so.0, which are not on this machine',
    hint: 'sudo apt-get install libpq5 libsodium23 libsqlite3-0\nthen: ln-play install lightningd v25.12 (what was fetched is kept)',
  });
});

test('by dnf, which finds by name what the table lacks', async () => {
  const error = await hint(['libpq.so.5', 'libnew.so.1'], 'dnf');
  expect(error.hint).toMatch(/^sudo dnf install libpq 'libnew\.so\.1\(\)\(64bit\)'\nthen/);
});

test('what the table lacks, and a system with neither', async () => {
  expect((await hint(['libnew.so.1', 'libpq.so.5'])).hint).toMatch(/^install the packages that have libnew\.so\.1 and/);
  expect((await hint(['libnew.so.1', 'libpq.so.5'], 'apt-get')).hint).toMatch(
    /^sudo apt-get install libpq5\ninstall the packages that have libnew\.so\.1\nthen/,
  );
});

test('a system that is too old', async () => {
  const options = { what: 'lightningd v25.12', again: '', env: {} };
  await expect(assertNothingMissing({ libraries: [], versions: ['GLIBC_2.38'] }, options)).rejects.toMatchObject({
    message: 'lightningd v25.12 needs GLIBC_2.38, and this system is older',
    hint: expect.stringContaining('--for ubuntu-22.04') as string,
  });
});

test('nothing missing is no error', async () => {
  expect(await hint([])).toBeUndefined();
});
