import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../../src/core/wait.js';
import { Freezer } from '../../../src/process/freezer.js';
import { sendSignal } from '../../../src/process/signal.js';
import { descendants, findProcess, isHeld } from '../../../src/process/table.js';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) sendSignal(-child.pid!, 'SIGKILL');
});

/** A shell with a child of its own, each of which counts; `count` says how far the latter is. */
async function family(): Promise<{ readonly pid: number; readonly count: () => number }> {
  const count = 'i=0; while :; do i=$((i+1)); echo $i; done';
  const child = spawn('/bin/sh', ['-c', `/bin/sh -c '${count}' & while :; do :; done`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  let last = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (last = Number(text.trim().split('\n').at(-1))));
  await once(child.stdout, 'data');
  return { pid: child.pid!, count: () => last };
}

/** Whether it counts on. */
const goesOn = async (count: () => number): Promise<void> => {
  const before = count();
  await waitFor('it to go on', () =>
    Promise.resolve(count() > before + 1000 ? { done: true } : { seen: `${count()}` }),
  );
};

test('a process and its children stand still until they are let go', async () => {
  const { pid, count } = await family();
  const pids = descendants(pid).map((entry) => entry.pid);
  expect(pids).toHaveLength(2);
  const freezer = await Freezer.create();
  await freezer.freeze([pid]);
  expect(pids.map(isHeld)).toEqual([true, true]);
  await freezer.freeze([pid]); // there is nothing more to do
  await freezer.thaw();
  expect(pids.map(isHeld)).toEqual([false, false]);
  await goesOn(count);
  await freezer.thaw();
});

test('what was stopped before stays stopped; what has ended is no obstacle', async () => {
  const [stopped, running, ended] = [await family(), await family(), await family()];
  process.kill(-stopped.pid, 'SIGSTOP');
  process.kill(-ended.pid, 'SIGKILL');
  await waitFor('it to end', () => Promise.resolve(findProcess(ended.pid) ? { seen: 'it runs' } : { done: true }));
  const freezer = await Freezer.create();
  await freezer.freeze([stopped.pid, running.pid, ended.pid]);
  expect([stopped.pid, running.pid].map(isHeld)).toEqual([true, true]);
  await freezer.thaw();
  expect([stopped.pid, running.pid].map(isHeld)).toEqual([true, false]);
  await goesOn(running.count);
});
