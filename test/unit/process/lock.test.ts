import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processIdentity, type ProcessIdentity } from '../../../src/process/identity.js';
import { lockHolder, removeLocks, withLock, type LockOptions } from '../../../src/process/lock.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ln-play lock '));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const lock = <T>(body: () => Promise<T>, options: Partial<LockOptions> = {}): Promise<T> =>
  withLock(dir, 'l', { what: 'the thing', wait: 'fail', ...options }, body);

const write = (epoch: number, holder: ProcessIdentity) =>
  writeFile(join(dir, `l.lock.${epoch}`), JSON.stringify({ ...holder, command: 'ln-play up' }));

test('gives what the body gives, and is free after it or its error', async () => {
  expect(await lock(() => Promise.resolve(7))).toBe(7);
  await expect(lock(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await lockHolder(dir, 'l')).toBeUndefined();
  expect(await lock(() => Promise.resolve(8))).toBe(8);
});

test('one at a time, however many ask at once', async () => {
  let inside = 0;
  let most = 0;
  const body = async () => {
    most = Math.max(most, ++inside);
    await readdir(dir);
    inside--;
  };
  await Promise.all(Array.from({ length: 10 }, () => lock(body, { wait: 'wait' })));
  expect(most).toBe(1);
});

test('names who holds it', async () => {
  await lock(async () => {
    expect(await lockHolder(dir, 'l')).toMatchObject({ pid: process.pid });
    await expect(lock(() => Promise.resolve())).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining(`The thing is in use by another command: process ${process.pid} (`) as string,
    });
  });
});

test('a holder that is killed holds it no longer', async () => {
  const holder = spawn('sleep', ['600']);
  await once(holder, 'spawn');
  await write(3, processIdentity(holder.pid!)!);
  const waited: number[] = [];
  const taking = lock(() => Promise.resolve('mine'), {
    wait: 'wait',
    onWait: ({ pid }) => {
      waited.push(pid);
      holder.kill('SIGKILL');
    },
  });
  expect(await taking).toBe('mine');
  expect(waited).toEqual([holder.pid]);
});

const self = processIdentity(process.pid)!;

test.each([
  ['whose pid another process has now', () => write(1, { ...self, startTime: '1' })],
  ['of before the reboot', () => write(1, { ...self, boot: 'another' })],
  ['that is released, or that a power cut emptied', () => writeFile(join(dir, 'l.lock.1'), '')],
])('a lock %s is free', async (_name, prepare) => {
  await prepare();
  expect(await lockHolder(dir, 'l')).toBeUndefined();
  await lock(() => Promise.resolve());
});

test('an older holder’s file says nothing', async () => {
  await write(1, self);
  await writeFile(join(dir, 'l.lock.2'), '');
  await lock(() => Promise.resolve());
});

test('leaves no more than two files, whatever others left', async () => {
  await writeFile(join(dir, 'l.lock.new-999999999-x'), '');
  for (let round = 0; round < 5; round++) await lock(() => Promise.resolve());
  expect((await readdir(dir)).sort()).toEqual(['l.lock.4', 'l.lock.5']);
});

test('can be given up while it is waited for', async () => {
  const stop = new AbortController();
  await lock(async () => {
    const waiting = lock(() => Promise.resolve(), { wait: 'wait', signal: stop.signal, onWait: () => stop.abort() });
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
  });
  expect(await readFile(join(dir, 'l.lock.1'), 'utf8')).toBe('');
});

test('a folder that the body removes is no error', async () => {
  await lock(() => rm(dir, { recursive: true }));
});

test('one whose folder is gone, and made anew by another, does not release the lock of that one', async () => {
  await lock(async () => {
    await removeLocks(dir);
    await removeLocks(dir);
    await mkdir(dir);
    await lock(() => Promise.resolve());
    await write(9, { ...self, pid: process.ppid, startTime: processIdentity(process.ppid)!.startTime });
  });
  expect(await lockHolder(dir, 'l')).toMatchObject({ pid: process.ppid });
  expect((await readdir(dirname(dir))).filter((name) => join(dirname(dir), name).startsWith(`${dir}.`))).toEqual([]);
});

test('whoever waits for it while its folder goes is told that it is gone, and never has it beside another', async () => {
  let inside = 0;
  let most = 0;
  const body = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await readdir(dir);
    inside--;
    await removeLocks(dir);
  };
  const taker = async (): Promise<void> => {
    for (let taken = 0; taken < 20;) {
      await mkdir(dir, { recursive: true }).catch((error: unknown) =>
        expect(error).toMatchObject({ code: /ENOENT|EEXIST/ }),
      );
      const took = await lock(body, { wait: 'wait' }).then(
        () => true,
        (error: unknown) => error,
      );
      if (took === true) taken++;
      else expect(took).toMatchObject({ code: 'FILESYSTEM', cause: { code: 'ENOENT' } });
    }
  };
  await Promise.all([taker(), taker(), taker(), taker()]);
  expect(most).toBe(1);
});
