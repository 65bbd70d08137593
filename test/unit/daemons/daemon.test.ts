import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { LnPlayError } from '../../../src/core/errors.js';
import { Daemon } from '../../../src/daemons/daemon.js';

test('one that runs and has no socket yet is not said to be down', async () => {
  const marker = `--pid-file=/nowhere/${process.pid}`;
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', marker], { stdio: 'ignore' });
  await once(child, 'spawn');
  const daemon = new Daemon({
    name: 'l2',
    command: { command: process.execPath, args: [] },
    marker,
    cwd: tmpdir(),
    logFile: '/nowhere/log',
    outputFile: '/nowhere/output',
    ready: () => Promise.resolve({ done: undefined }),
    requestStop: () => Promise.resolve(),
  });
  const cause = Object.assign(new Error('connect ENOENT'), { code: 'ENOENT' });
  const down = new LnPlayError('CONNECTION', 'l2 is not running: nothing answers', { cause });
  const ask = () => daemon.guard(() => Promise.reject(down));
  try {
    expect(daemon.attach()).toBe(true);
    await expect(ask()).rejects.toMatchObject({
      code: 'CONNECTION',
      message: `l2 runs (process ${child.pid}) and does not answer yet`,
      hint: expect.stringContaining('waits for a debugger') as string,
      cause,
    });
  } finally {
    child.kill('SIGKILL');
  }
  await once(child, 'exit');
  await expect(ask()).rejects.toMatchObject({ code: 'DAEMON', message: 'l2 is gone' });
});
