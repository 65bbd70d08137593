import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DaemonProcess } from '../../../src/process/daemon-process.js';
import { describeExit } from '../../../src/process/held-process.js';
import { assertSocketPath, MAX_SOCKET_PATH_BYTES } from '../../../src/process/sockets.js';
import { findProcess } from '../../../src/process/table.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ln-play process '));
});
afterEach(() => rm(dir, { recursive: true }));
const start = (code: string) =>
  DaemonProcess.start(
    { command: process.execPath, args: ['-e', code] },
    { cwd: dir, outputFile: join(dir, 'o', 'log') },
  );

test('a program in the background, with its exit code and output', async () => {
  const daemon = await start('console.log("out"); console.error("err", process.cwd()); process.exitCode = 3');
  expect(await daemon.waitForExit(10_000)).toEqual({ code: 3, signal: undefined });
  expect(await daemon.ended).toEqual({ code: 3, signal: undefined });
  expect(daemon.running).toBe(false);
  expect(await readFile(join(dir, 'o', 'log'), 'utf8')).toBe(`out\nerr ${dir}\n`);
  expect((await stat(join(dir, 'o', 'log'))).mode & 0o777).toBe(0o600);
});

test('one that is killed, and one that is only adopted', async () => {
  const daemon = await start('setInterval(() => {}, 1000)');
  const adopted = DaemonProcess.adopt(findProcess(daemon.pid)!);
  expect([daemon.running, adopted.running]).toEqual([true, true]);
  await expect(adopted.waitForExit(20)).rejects.toMatchObject({ code: 'TIMEOUT' });
  adopted.signal('SIGKILL');
  expect(await daemon.waitForExit(10_000)).toMatchObject({ signal: 'SIGKILL' });
  expect(await adopted.ended).toEqual({});
});

test('a pid that another process has now is not signalled', async () => {
  const other = spawn('sleep', ['600']);
  await once(other, 'spawn');
  const stale = DaemonProcess.adopt({ ...findProcess(other.pid!)!, startTime: 'before' });
  expect(stale.running).toBe(false);
  stale.signal('SIGKILL');
  expect(findProcess(other.pid!)).toBeDefined();
  other.kill('SIGTERM');
  expect(await once(other, 'exit')).toEqual([null, 'SIGTERM']);
});

test('what cannot be started', async () => {
  const options = { cwd: dir, outputFile: join(dir, 'log') };
  await expect(DaemonProcess.start({ command: '/no/such', args: [] }, options)).rejects.toMatchObject({
    code: 'MISSING_BINARY',
    hint: expect.stringContaining('doctor') as string,
  });
  await expect(DaemonProcess.start({ command: dir, args: [] }, options)).rejects.toMatchObject({ code: 'DAEMON' });
  await writeFile(join(dir, 'file'), '');
  const bad = { ...options, outputFile: join(dir, 'file', 'log') };
  await expect(DaemonProcess.start({ command: 'sleep', args: ['1'] }, bad)).rejects.toMatchObject({
    code: 'FILESYSTEM',
  });
});

test('how it ended, in words', () => {
  expect(describeExit({ code: 3 })).toBe('exited with code 3');
  expect(describeExit({ signal: 'SIGKILL' })).toBe('was killed by SIGKILL');
  expect(describeExit({})).toBe('is gone');
});

test('a socket path that is too long, by how much', () => {
  const path = `/${'ä'.repeat(50)}${'x'.repeat(MAX_SOCKET_PATH_BYTES - 101)}`;
  expect(() => assertSocketPath(path)).not.toThrow();
  expect(() => assertSocketPath(`${path}yz`)).toThrow(
    expect.objectContaining({
      code: 'FILESYSTEM',
      message: expect.stringContaining(`${MAX_SOCKET_PATH_BYTES + 2} bytes long: 2 more than the`) as string,
    }),
  );
});
