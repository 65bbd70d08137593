import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import {
  descendants,
  findByArgument,
  findProcess,
  isRunning,
  listProcesses,
  nextProcesses,
  orphansOf,
  parsePs,
  parseStat,
  startedAt,
  type ProcessEntry,
} from '../../../src/process/table.js';

test('when a process was started', async () => {
  const before = Date.now();
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const at = startedAt(findProcess(child.pid!)!);
  child.kill();
  expect(at).toBeGreaterThan(before - 1_000);
  expect(at).toBeLessThan(Date.now() + 1_000);
});

test('/proc/PID/stat, whatever the program is called', () => {
  const rest = (state: string): string => `${state} 42 7 7 0 -1 4194304 1 0 0 0 1 2 3 4 20 0 1 0 987654 1 2 3`;
  for (const name of ['cat', 'a (b) c', ') S 1 1', 'with\nnewline', ''])
    expect(parseStat(`17 (${name}) ${rest('S')}`)).toEqual({
      parent: 42,
      group: 7,
      startTime: '987654',
      isStopped: false,
    });
  expect(parseStat(`17 (cat) ${rest('T')}`)).toMatchObject({ isStopped: true });
  expect(parseStat(`17 (cat) ${rest('Z')}`)).toBeUndefined();
  expect(parseStat(`17 (cat) ${rest('X')}`)).toBeUndefined();
});

const PS = `    1     0     1 Ss   Mon Nov 23 04:40:01 2026 /sbin/launchd
  501     1   501 Ss   Mon Nov  3 14:05:59 2026 /opt/homebrew/bin/lightningd --lightning-dir=/tmp/my dir/l1 --pid-file=/tmp/my dir/l1/p -f
  502   501   501 S    Mon Nov 23 05:00:00 2026 node /x/main.js --developer
  503   501   501 Z    Mon Nov 23 05:00:00 2026 (node)

nonsense
`;

test('ps, with arguments that have spaces', () => {
  const table = parsePs(PS);
  expect(table.map(({ pid, parent, group, startTime }) => [pid, parent, group, startTime])).toEqual([
    [1, 0, 1, 'Mon Nov 23 04:40:01 2026'],
    [501, 1, 501, 'Mon Nov  3 14:05:59 2026'],
    [502, 501, 501, 'Mon Nov 23 05:00:00 2026'],
  ]);
  expect(table[1]!.args).toEqual([
    '/opt/homebrew/bin/lightningd',
    '--lightning-dir=/tmp/my dir/l1',
    '--pid-file=/tmp/my dir/l1/p',
    '-f',
  ]);
  expect(findByArgument('--pid-file=/tmp/my dir/l1/p', table)).toMatchObject([{ pid: 501 }]);
  expect(findByArgument('--pid-file=/tmp/my dir/l1', table)).toEqual([]);
  expect(parsePs('')).toEqual([]);
});

const entry = (pid: number, parent: number, ...args: string[]): ProcessEntry => ({
  pid,
  parent,
  group: pid,
  startTime: '1',
  isStopped: false,
  args,
});

test('a process is found by a whole argument, and not its own forks', () => {
  const table = [
    entry(1, 0, 'init'),
    entry(5, 1, 'd', '-x=/a'),
    entry(6, 5, 'd', '-x=/a'),
    entry(7, 1, 'd', '-x=/a/b'),
  ];
  expect(findByArgument('-x=/a', table).map(({ pid }) => pid)).toEqual([5]);
  expect(descendants(1, table).map(({ pid }) => pid)).toEqual([1, 5, 6, 7]);
  expect(descendants(9, table)).toEqual([]);
});

test('what outlived the leader of its group', () => {
  const inGroup = (pid: number, group: number): ProcessEntry => ({ ...entry(pid, 1), group });
  const table = [entry(1, 0), inGroup(6, 5), inGroup(7, 5), inGroup(8, 8), inGroup(9, 8)];
  expect(orphansOf(5, table).map(({ pid }) => pid)).toEqual([6, 7]);
  expect(orphansOf(8, table)).toEqual([]); // the leader, or whoever has its pid now, is there
});

test('those who ask at once share one look, which is at what runs after they have asked', async () => {
  const both = [nextProcesses(), nextProcesses()];
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  try {
    const [first, second] = await Promise.all(both);
    expect(second).toBe(first);
    expect(first!.map(({ pid }) => pid)).toContain(child.pid);
    expect(await nextProcesses()).not.toBe(first);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

test('the processes of this machine', async () => {
  const own = listProcesses().find(({ pid }) => pid === process.pid)!;
  expect(own).toEqual(findProcess(process.pid));
  expect(own.parent).toBe(process.ppid);

  const argument = '--an argument, of "one" piece\n';
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', argument]);
  await once(child, 'spawn');
  const pid = child.pid!;
  const found = findProcess(pid)!;
  expect(found.parent).toBe(process.pid);
  expect(isRunning(found)).toBe(true);
  expect(isRunning({ pid, startTime: 'another' })).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isRunning(found)).toBe(false);
  expect(findProcess(pid)).toBeUndefined();
});
