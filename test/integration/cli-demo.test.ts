import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import {
  describeEach,
  processesOf,
  runCli,
  RunningCli,
  runJson,
  useTemporaryFolder,
  withoutProgress,
} from './support.js';

const HEX_32 = expect.stringMatching(/^[0-9a-f]{64}$/) as string;

describeEach((implementation, { flags }) => {
  const folder = useTemporaryFolder();
  /** A plugin that lightningd had just started when it was stopped ends by itself, once its interpreter is up. */
  const nothingLeft = async () => {
    await waitFor('all of it to have ended', async () => {
      const processes = await processesOf(folder.path);
      const folders = await readdir(tmpdir());
      if (processes.length + folders.length === 0) return { done: true };
      return { seen: `${processes.map(({ args }) => args.join(' ')).join('\n')} ${folders.join(' ')}` };
    });
  };

  test('demo --json', async () => {
    const demo = await runJson<{ steps: { name: string }[] }>(['demo', ...flags]);
    expect(demo).toEqual({
      bitcoind: { version: expect.stringMatching(/\d+\.\d+/) as string },
      lightningd: { implementation, version: expect.stringMatching(/^v?\d+\.\d+/) as string },
      steps: expect.arrayContaining([
        { name: expect.any(String) as string, ms: expect.any(Number) as number },
      ]) as object[],
      channel: {
        short_channel_id: expect.stringMatching(/^\d+x\d+x\d+$/) as string,
        funding_txid: HEX_32,
        capacity_msat: 4_200_000_000,
        feerate: '253perkw',
      },
      payment: {
        status: 'complete',
        amount_msat: 24,
        payment_preimage: HEX_32,
        bolt11: expect.stringMatching(/^lnbcrt240p1/) as string,
      },
      invoice: { status: 'paid' },
      total_ms: expect.any(Number) as number,
    });
    const names = demo.steps.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['start bitcoind', 'start l1', 'fundchannel', 'channel normal', 'pay']),
    );
    await nothingLeft();
  });

  test('demo as a person reads it, with other amounts and ends', async () => {
    const options = ['--from', 'l1', '--to', 'l3', '--nodes', '3', '--fund', '1btc', '--capacity', '0.1btc'];
    const amounts = ['--feerate', '300perkw', '--amount', '1000sat'];
    const { code, stdout, stderr } = await runCli(['demo', ...options, ...amounts, ...flags]);
    expect({ code, stderr: withoutProgress(stderr) }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/channel \d+x\d+x\d+ of 0\.1btc at 300perkw/);
    expect(stdout).toMatch(/paid 1000sat, preimage [0-9a-f]{64}/);
    expect(stdout).toMatch(/from start to paid in [\d.]+ m?s; nothing is left behind/);
    await nothingLeft();
  });

  test('demo --quiet says nothing', async () => {
    expect(await runCli(['demo', '--quiet', ...flags])).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  });

  /** Moments of a demo, by what its folder has then. */
  const moments = [
    'ln-play.json',
    'bitcoin/regtest/.cookie',
    'l1/log',
    'l1/regtest/lightning-rpc',
    `l2/regtest/${implementation === 'embedded' ? 'ldk-state' : 'gossip_store'}`,
  ];

  test.each([
    ['funds are there', 111],
    ['the channel is', 112],
  ])('SIGINT once the block is mined in which %s: nothing runs any more when it ends', async (_what, height) => {
    const demo = new RunningCli(['demo', ...flags]);
    await waitFor(`block ${height}`, async () => {
      const logs = (await readdir(tmpdir(), { recursive: true }).catch(() => [])).filter((name) =>
        name.endsWith('bitcoin/regtest/debug.log'),
      );
      const [text = ''] = await Promise.all(logs.map((log) => readFile(join(tmpdir(), log), 'utf8')));
      return text.includes(` height=${height} `) ? { done: true } : { seen: demo.stderr };
    });
    demo.signal('SIGINT');
    expect((await demo.result).code).toBe(130);
    expect(await processesOf(folder.path)).toEqual([]);
    expect(await readdir(tmpdir())).toEqual([]);
  });

  test.each(moments.flatMap((moment) => (['SIGINT', 'SIGKILL'] as const).map((signal) => [signal, moment] as const)))(
    '%s once there is %s leaves nothing behind',
    async (signal, moment) => {
      const demo = new RunningCli(['demo', ...flags]);
      await waitFor(moment, async () => {
        const names = await readdir(tmpdir(), { recursive: true }).catch(() => []); // something of it just went
        if (names.some((name) => name.endsWith(moment))) return { done: true };
        return { seen: names.join(' ') };
      });
      demo.signal(signal);
      const { code, signal: by } = await demo.result;
      if (signal === 'SIGINT') {
        expect(code).toBe(130);
        await nothingLeft();
      } else {
        expect(by).toBe('SIGKILL');
        await nothingLeft(); // the reaper sees to it
      }
    },
  );
});
