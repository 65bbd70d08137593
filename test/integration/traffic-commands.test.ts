import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitFor, type Probe } from '../../src/core/wait.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { describeEach, RunningCli, runCli, runJson, usePlaygroundFolders } from './support.js';

describeEach((_, { flags }) => {
  const folders = usePlaygroundFolders();
  const env = () => ({ LN_PLAY_DIR: folders.dir });
  const json = <T = Record<string, unknown>>(...args: string[]) => runJson<T>(args, { env: env() });
  const up = () => json('up', '--topology', 'line:3', '--capacity', '0.01btc', ...flags);

  test('traffic: so many payments, the same ones from a seed, each in a file; a summary also at Ctrl-C', async () => {
    await up();
    const csv = join(folders.dir, '..', 'payments.csv');
    const first = await json('traffic', '--count', '12', '--rate', '40', '--seed', '7', '--csv', csv);
    expect(first).toMatchObject({ end: 'done', seed: 7, sent: 12 });
    const lines = (await readFile(csv, 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(13);
    expect(lines[0]).toContain('amount_msat');

    const before = (await json<PlaygroundStatus>('status')).channels;
    const endless = new RunningCli(['traffic', '--json', '--rate', '20'], { env: env() });
    await waitFor('some payments', async (): Promise<Probe<void>> => {
      const { channels } = await json<PlaygroundStatus>('status');
      return channels.some(({ to_us_msat: ours }, index) => ours !== before[index]!.to_us_msat)
        ? { done: undefined }
        : { seen: JSON.stringify(channels) };
    });
    endless.signal('SIGINT');
    const { code, stdout } = await endless.result;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ end: 'stopped' });
  });

  test('traffic in the background: seen in status, ended by --stop', async () => {
    await up();
    await json('traffic', '--background', '--rate', '20');
    await waitFor('payments in the background', async (): Promise<Probe<void>> => {
      const { stdout } = await runCli(['status'], { env: env() });
      return /\b[1-9]\d* paid/.test(stdout) ? { done: undefined } : { seen: stdout };
    });
    await json('traffic', '--stop');
    expect((await json<PlaygroundStatus>('status')).daemons.map(({ name }) => name)).not.toContain('background');
  });

  test('balance: two nodes, a share, all; what it cannot do is said', async () => {
    await up();
    const half = 500_000_000;
    expect(await json('balance', 'l1', 'l2', '--share', '80%')).toMatchObject([
      { from: 'l1', to: 'l2', before_msat: half, wanted_msat: 800_000_000, why: null },
    ]);
    const all = await json<{ after_msat: number; why: string | null }[]>('balance', '--all');
    expect(all).toHaveLength(2);
    for (const { after_msat: after, why } of all) {
      expect(why).toBeNull();
      expect(Math.abs(after - half)).toBeLessThan(1_000);
    }
    expect(await json('balance', 'l1', 'l2', '--share', '100%')).toMatchObject([
      { why: expect.stringContaining('no more to spend') as string },
    ]);
    const { code, stderr } = await runCli(['balance', 'l1', 'l3'], { env: env() });
    expect(code).toBe(1);
    expect(stderr).toContain('no channel between l1 and l3');
  });
});

test.each([
  [['traffic', '--count', '0'], '--count'],
  [['traffic', '--for', 'soon'], '--for'],
  [['balance'], 'Which channels?'],
  [['balance', 'l1', 'l2', '--all'], '--all'],
  [['balance', 'l1', 'l2', '--share', '120%'], '120%'],
])('%o is refused', async (args, message) => {
  const { code, stderr } = await runCli(args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
