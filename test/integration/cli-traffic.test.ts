import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { describeEach, RunningCli, runCli, usePlaygroundFolders } from './support.js';

describeEach((_implementation, { flags }) => {
  const folders = usePlaygroundFolders();
  const { json, status } = folders;
  const run = (...args: string[]) => runCli(args, { env: { LN_PLAY_DIR: folders.dir } });
  const traffic = async () => (await status()).background.find(({ name }) => name === 'traffic');
  const paidInBackground = async (more: number): Promise<void> =>
    await waitFor(
      `${more} payments`,
      async () => {
        const { paid = 0 } = ((await traffic())?.details ?? {}) as { paid?: number };
        return paid >= more ? { done: undefined } : { seen: `${paid} paid` };
      },
      { intervalMs: 100 },
    );

  test('payments by count, with a summary and CSV; nothing where there is no channel', async () => {
    await json('up', ...flags);
    const csv = join(folders.folder, 'pay ments.csv');
    const without = await run('traffic', '--count', '3', '--csv', csv);
    expect(without).toMatchObject({ code: 1, stdout: '' });
    expect(without.stderr).toContain('There is no channel that could carry a payment\nhint: open one: ');
    await expect(readFile(csv)).rejects.toMatchObject({ code: 'ENOENT' });

    await json('fund-and-channel');
    const sim = join(folders.folder, 'sim.json');
    const row = { source: 'l2', destination: 'l1', interval_secs: 0, amount_msat: 5000, count: 4 };
    await writeFile(sim, JSON.stringify({ nodes: [{ id: 'l2' }, { id: 'l1' }], activity: [row] }));
    expect(await json('traffic', '--file', sim, '--csv', csv)).toMatchObject({
      end: 'done',
      sent: 4,
      paid: 4,
      failed_by: {},
      amount_msat: 20_000,
    });
    const lines = (await readFile(csv, 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe('number,sent_at,from,to,amount_msat,status,reason,fee_msat,latency_ms');
    for (const line of lines.slice(1)) expect(line).toMatch(/^\d,\S+Z,l2,l1,5000,paid,,0,[\d.]+$/);
    expect(await run('traffic', '--csv', csv)).toMatchObject({ code: 2 });

    const plain = await run('traffic', '--count', '3', '--rate', '50', '--seed', '7', '--keysend');
    expect(plain.stdout).toMatch(/^. 3 payments in /);
    expect(plain.stdout).toContain('seed ');
    await writeFile(sim, JSON.stringify({ nodes: [{ id: 'zoe' }] }));
    expect((await run('traffic', '--file', sim)).stderr).toContain('the playground has no node "zoe"');
  });

  test.each([
    [['--count', '0']],
    [['--rate', '-1']],
    [['--for', '10 minutes']],
    [['--amount', 'much']],
    [['--seed', 'x']],
    [['--rate', '1', '--capacity-multiplier', '2']],
    [['--background', '--count', '3']],
    [['--background', '--stop']],
  ])('%j is wrong usage', async (args) => {
    expect(await run('traffic', ...args)).toMatchObject({ code: 2, stdout: '' });
  });

  test('Ctrl-C ends it with a summary; in the background it goes on until --stop, across a restart of a node', async () => {
    await json('up', ...flags);
    await json('fund-and-channel');
    const csv = join(folders.dir, '..', 'ctrl-c.csv');
    const running = new RunningCli(['traffic', '--rate', '20', '--json', '--csv', csv], {
      env: { LN_PLAY_DIR: folders.dir },
    });
    await waitFor('a payment', async () => {
      const lines = (await readFile(csv, 'utf8').catch(() => '')).split('\n').length;
      return lines > 3 ? { done: undefined } : { seen: `${lines} lines` };
    });
    running.signal('SIGINT');
    const { code, stdout } = await running.result;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ end: 'stopped', sent: expect.any(Number) as number });

    expect(await json('traffic', '--stop')).toEqual({ stopped: false });
    expect(await json('traffic', '--background', '--rate', '20')).toEqual({ rows: 1 });
    await paidInBackground(2);
    await json('restart', 'l1');
    const { details } = (await traffic())!;
    await paidInBackground((details as { paid: number }).paid + 2);
    expect(await traffic()).toMatchObject({ from: 'hand', problem: null, summary: expect.stringMatching(/paid/) as string }); // prettier-ignore
    expect(await json('traffic', '--stop')).toEqual({ stopped: true });
    expect(await traffic()).toBeUndefined();
  });

  test("a network file's rows go on in the background, and come back with up", async () => {
    const file = join(folders.folder, 'network.yaml');
    await writeFile(
      file,
      `nodes: { alice: {}, bob: {} }
channels: [{ from: alice, to: bob, capacity: 0.042btc }]
traffic: [{ from: alice, to: bob, amount: 10sat, every: 100ms }]
`,
    );
    await json('up', file, ...flags);
    await paidInBackground(2);
    expect(await traffic()).toMatchObject({ from: 'file', problem: null });
    await json('down');
    await json('up');
    await paidInBackground(1);
  });
});
