import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installedLightningds } from '../../../../../src/daemons/executables/cln/installed.js';
import { uninstallLightningd } from '../../../../../src/daemons/executables/cln/uninstall.js';
import { findExecutable } from '../../../../../src/daemons/executables/find.js';
import type { FetchProgress } from '../../../../../src/daemons/executables/fetch/source.js';
import { run } from '../../../../../src/process/run.js';
import { BUILD, layout, program, VERSION } from '../../../../fakes/cln-releases/release.js';
import { useUbuntu } from './support.js';

const ubuntu = useUbuntu();

test('an install leaves the release’s programs and nothing else, and tells how far it is', async () => {
  const events: FetchProgress[] = [];
  const report = await ubuntu.install({ onProgress: (event) => events.push(event) });

  expect(report).toEqual({
    version: VERSION,
    lightningd: join(ubuntu.folder, VERSION, 'bin', 'lightningd'),
    fetched: {
      system: 'Ubuntu 24.04',
      signer: `A Tester <tester@ln-play.test> (${ubuntu.signer.fingerprint})`,
      from: `${ubuntu.site.base}/${VERSION}/${BUILD}`,
    },
  });
  expect(await ubuntu.cached()).toEqual([VERSION]);
  expect((await run(report.lightningd, ['--version'])).stdout).toBe(VERSION);
  expect(await readdir(join(ubuntu.folder, VERSION, 'libexec', 'c-lightning'))).toContain('lightning_connectd');
  const phases = events.map(({ phase }) => phase);
  expect([...new Set(phases)]).toEqual(['checksums', 'download', 'unpack', 'check', 'end']);
});

test('what is installed is not fetched again', async () => {
  await ubuntu.install();
  expect(await ubuntu.install()).toMatchObject({ version: VERSION, fetched: undefined });
  expect(ubuntu.site.ranges).toEqual(['']);
});

test('several versions side by side: the newest is found, each by its name, and each is removed by itself', async () => {
  await ubuntu.install();
  const old = 'v25.12';
  await ubuntu.serve(layout(old), old);
  await ubuntu.install({}, old);
  expect((await installedLightningds(ubuntu.cache)).map(({ version }) => version)).toEqual([VERSION, old]);

  const env = { PATH: '', LN_PLAY_CACHE: ubuntu.cache };
  const pathOf = (version: string) => join(ubuntu.folder, version, 'bin', 'lightningd');
  expect((await findExecutable('lightningd', { env })).executable).toEqual({
    command: pathOf(VERSION),
    args: [],
    source: 'installed',
  });
  for (const flag of [old, '25.12'])
    expect((await findExecutable('lightningd', { env, flag })).executable.command).toBe(pathOf(old));
  const named = await findExecutable('lightningd', { env: { ...env, LIGHTNINGD_EXE: old } });
  expect(named.executable).toMatchObject({ command: pathOf(old), source: 'variable' });

  await uninstallLightningd(VERSION, ubuntu.cache);
  expect((await findExecutable('lightningd', { env })).executable.command).toBe(pathOf(old));
  await expect(findExecutable('lightningd', { env, flag: VERSION })).rejects.toMatchObject({
    code: 'MISSING_BINARY',
    message: `--lightningd says ${VERSION}, which is not installed`,
    hint: `ln-play install lightningd ${VERSION}`,
  });
  await expect(uninstallLightningd(VERSION, ubuntu.cache)).rejects.toMatchObject({
    code: 'INVALID',
    hint: 'installed are v25.12',
  });
  expect(await ubuntu.cached()).toEqual([old]);
});

test('one on PATH goes before an installed one', async () => {
  await ubuntu.install();
  const bin = join(ubuntu.root, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'lightningd'), program('other'));
  await chmod(join(bin, 'lightningd'), 0o755);
  const { executable, trail } = await findExecutable('lightningd', { env: { PATH: bin, LN_PLAY_CACHE: ubuntu.cache } });
  expect(executable.source).toBe('path');
  expect(trail.map(({ source }) => source)).toEqual(['flag', 'variable', 'path']);
});

test('what runs is not removed', async () => {
  await ubuntu.serve({
    ...layout(),
    './usr/bin/lightningd': '#!/bin/sh\n[ "$1" = --version ] && echo 1 || read line\n',
  });
  const { lightningd } = await ubuntu.install();
  const child = spawn(lightningd, { stdio: ['pipe', 'ignore', 'ignore'] });
  await expect(uninstallLightningd(VERSION, ubuntu.cache)).rejects.toMatchObject({
    code: 'STATE',
    message: `lightningd ${VERSION} runs: process ${child.pid}`,
  });
  child.stdin.end();
  await once(child, 'close');
  await uninstallLightningd(VERSION, ubuntu.cache);
  expect(await ubuntu.cached()).toEqual([]);
});
