import { expect, test } from 'vitest';
import { describeEach, runCli, runJson, usePlaygroundFolders } from './support.js';

interface Row {
  readonly from: string;
  readonly to: string;
  readonly before_msat: number;
  readonly after_msat: number;
  readonly why: string | null;
}

describeEach((_, { flags }) => {
  const folders = usePlaygroundFolders();
  const env = () => ({ LN_PLAY_DIR: folders.dir });
  const json = <T = Record<string, unknown>>(...args: string[]) => runJson<T>(args, { env: env() });
  const up = () => json('up', '--topology', 'line:3', '--capacity', '0.01btc', ...flags);

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

  test('what is even is left, what is shifted is shifted once, and a node that is down is said', async () => {
    await up();
    const shifted = await json<Row[]>('balance', 'l2', 'l1', '--share', '20%');
    expect(shifted).toMatchObject([{ from: 'l2', to: 'l1', after_msat: 200_000_000, why: null }]);
    const { invoices: before } = await json<{ invoices: unknown[] }>('cli', 'l1', 'listinvoices');
    expect(before).toHaveLength(1);
    const again = await runCli(['balance', 'l2', 'l1', '--share', '20%'], { env: env() });
    expect(again.stdout).toBe('✔ l2 – l1  nothing to do: l2 has 200000sat  of 1000000sat\n');
    expect((await json<{ invoices: unknown[] }>('cli', 'l1', 'listinvoices')).invoices).toHaveLength(1);

    await json('crash', 'l3');
    const all = await json<Row[]>('balance', '--all');
    expect(all).toMatchObject([
      { from: 'l1', to: 'l2', after_msat: 500_000_000, why: null },
      { from: 'l2', to: 'l3', why: 'l3 does not run: ln-play up' },
    ]);
    expect(all[1]!.after_msat).toBe(all[1]!.before_msat);
  });
});

test.each([
  [['balance'], 'Which channels?'],
  [['balance', 'l1', 'l2', '--all'], '--all'],
  [['balance', 'l1', 'l2', '--share', '120%'], '120%'],
])('%o is refused', async (args, message) => {
  const { code, stderr } = await runCli(args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
