import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { describeEach, runCli, runJson, useTemporaryFolder, withoutProgress } from './support.js';

const HEX_32 = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
const NODE_ID = expect.stringMatching(/^0[23][0-9a-f]{64}$/) as string;
const SHORT_CHANNEL_ID = expect.stringMatching(/^\d+x\d+x\d+$/) as string;
const BOLT11 = expect.stringMatching(/^lnbcrt/) as string;
const NUMBER = expect.any(Number) as number;
const TEXT = expect.any(String) as string;

/** Every command on one playground, in the order in which a person would type them; its path has a space and an umlaut. */
describeEach((implementation, { flags }) => {
  const folder = useTemporaryFolder();
  let dir: string;
  const cli = (...args: string[]) => runCli(args, { env: { LN_PLAY_DIR: dir } });
  const json = <T = Record<string, unknown>>(...args: string[]) => runJson<T>(args, { env: { LN_PLAY_DIR: dir } });
  const text = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli(...args);
    expect({ code, stderr: withoutProgress(stderr) }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };

  let made: PlaygroundStatus & { started: string[]; already_ran: string[]; changes: []; losses: [] };
  beforeAll(async () => {
    dir = join(folder.path, 'mein plätz');
    made = await runJson(['up', ...flags], { env: { LN_PLAY_DIR: dir } });
    return () => runCli(['destroy', '--yes', '--dir', dir]);
  });

  test('up', async () => {
    const node = (name: string) => ({
      name,
      implementation,
      version: TEXT,
      state: 'running',
      id: NODE_ID,
      alias: name,
      pid: NUMBER,
      lightning_dir: join(dir, name),
      rpc_socket: join(dir, name, 'regtest', 'lightning-rpc'),
      binding: join(dir, name, 'peer'),
      blockheight: made.bitcoind.blocks,
      num_peers: 1,
    });
    expect(made).toEqual({
      dir,
      daemons: ['bitcoind', 'l1', 'l2'].map((name) => ({
        name,
        state: 'running',
        pid: NUMBER,
        purpose: TEXT,
        log_file: expect.stringContaining(dir) as string,
      })),
      bitcoind: { state: 'running', version: TEXT, pid: NUMBER, rpc_port: NUMBER, blocks: NUMBER },
      nodes: [node('l1'), node('l2')],
      channels: [],
      background: [],
      started: expect.arrayContaining(['bitcoind', 'l1', 'l2']) as string[],
      already_ran: [],
      changes: [],
      losses: [],
    });
    expect(await json('up', ...flags)).toMatchObject({ started: [], already_ran: ['bitcoind', 'l1', 'l2'] });
    expect(await text('up')).toContain(`the playground in ${dir} runs already`);
    const { stdout } = await runCli(['up'], { env: { LN_PLAY_DIR: dir, LN_PLAY_AS: 'npx ln-play' } });
    const steps = stdout.split('\n').filter((line) => line.includes('npx ln-play') || line.includes('then: '));
    const columns = steps.map((line) => line.search(/(?<=\S {2,})\S.*$/));
    expect(steps).toHaveLength(4);
    expect(new Set(columns).size).toBe(1);
  });

  test('status, with the common options before and after its name', async () => {
    const { started: _, already_ran: __, changes: ___, losses: ____, ...status } = made;
    expect(await json('status')).toEqual(status);
    for (const args of [
      ['--dir', dir, '--json', 'status'],
      ['status', '--json', '--dir', dir],
      ['--json', 'status', '--dir', dir],
      ['--dir', '/nowhere', 'status', '--json', '--dir', dir],
    ]) {
      const { stdout, stderr, code } = await runCli(args);
      expect({ code, stderr: withoutProgress(stderr), status: JSON.parse(stdout) as unknown }).toEqual({
        code: 0,
        stderr: '',
        status,
      });
    }
    expect(await text('status')).toMatch(/^bitcoind +running +block \d+ .*\nl1 +running .*\nl2 +running /);
    expect(await text('status', '--quiet')).toBe('');
    expect(await text('-q', 'status')).toBe('');
  });

  test('fund-and-channel and pay-demo, as in the talk', async () => {
    expect(await json('fund-and-channel')).toEqual({
      from: 'l2',
      to: 'l1',
      short_channel_id: SHORT_CHANNEL_ID,
      channel_id: HEX_32,
      funding_txid: HEX_32,
      capacity_msat: 4_200_000_000,
      feerate: '253perkw',
    });
    expect(await json('pay-demo')).toMatchObject({
      bolt11: BOLT11,
      payment: { status: 'complete', amount_msat: 24, payment_preimage: HEX_32 },
      invoice: { status: 'paid', amount_received_msat: 24 },
    });
    expect(await text('pay-demo', '--amount', '10sat')).toMatch(
      /l1 made lnbcrt.*\n.*l2 paid 10sat, preimage [0-9a-f]{64}\n.*l1 shows the invoice paid\n$/,
    );
    // whoever pays has its new balance some ms after the preimage
    await expect
      .poll(async () => (await json<PlaygroundStatus>('status')).channels, { timeout: 20_000 })
      .toEqual([
        {
          from: 'l2',
          to: 'l1',
          short_channel_id: SHORT_CHANNEL_ID,
          state: expect.stringMatching(/^CHANNELD_/) as string,
          phase: 'normal',
          total_msat: 4_200_000_000,
          to_us_msat: 4_200_000_000 - 24 - 10_000,
        },
      ]);
  });

  test('the other way round, with other amounts', async () => {
    const options = ['--from', 'l1', '--to', 'l2', '--fund', '0.5btc', '--capacity', '1000000sat'];
    const made = await text('fund-and-channel', ...options, '--feerate', '500perkw');
    expect(made).toMatch(/l1 got 0.5btc\n.*channel \S+ from l1 to l2 of 0.01btc at 500perkw, normal on both ends\n$/);
    const paid = await json('pay-demo', '--from', 'l1', '--to', 'l2', '--amount', '0.001btc');
    expect(paid).toMatchObject({ payment: { amount_msat: 100_000_000 }, invoice: { status: 'paid' } });
  });

  test('connect', async () => {
    expect(await json('connect', 'l1', 'l2')).toEqual({ from: 'l1', to: 'l2', id: made.nodes[1]!.id });
    expect(await text('connect', 'l2', 'l1')).toContain('l2 is connected to l1');
  });

  test('fund', async () => {
    expect(await json('fund', 'l1', '1btc')).toEqual({ node: 'l1', amount_msat: 100_000_000_000, txid: HEX_32 });
    const { outputs } = await json<{ outputs: { amount_msat: number; status: string }[] }>('cli', 'l1', 'listfunds');
    expect(outputs).toContainEqual(expect.objectContaining({ amount_msat: 100_000_000_000, status: 'confirmed' }));
    expect(await text('fund', 'l2', '20000sat')).toContain('l2 got 20000sat, confirmed, in ');
  });

  test('mine and wait', async () => {
    const before = (await json<PlaygroundStatus>('status')).bitcoind.blocks!;
    expect(await json('mine')).toEqual({ blocks: 1, blockheight: before + 1 });
    expect(await text('mine', '6')).toContain(`6 blocks mined: every node is at block ${before + 7}`);
    const { bitcoind, nodes } = await json<PlaygroundStatus>('status');
    expect([bitcoind.blocks, ...nodes.map(({ blockheight }) => blockheight)]).toEqual(Array(3).fill(before + 7));
    expect(await json('wait')).toEqual({ blockheight: before + 7, pending: [] });
    expect(await text('wait')).toContain(`l1, l2 are at block ${before + 7}, all channels settled`);
  });

  test('invoice, decode, pay', async () => {
    const label = ['--label', 'ä label'];
    const invoice = await json<{ bolt11: string }>('invoice', 'l1', '10sat', 'zwölf Äpfel', ...label);
    const { bolt11 } = invoice;
    expect(invoice).toEqual({ label: 'ä label', bolt11: BOLT11, payment_hash: HEX_32, expires_at: NUMBER });
    expect(await json('decode', bolt11)).toMatchObject({
      type: 'bolt11 invoice',
      valid: true,
      currency: 'bcrt',
      amount_msat: 10_000,
      description: 'zwölf Äpfel',
      payee: made.nodes[0]!.id,
    });
    expect(await text('decode', bolt11)).toMatch(/^description +zwölf Äpfel$/m);
    const paid = await json('pay', 'l2', bolt11);
    expect(paid).toMatchObject({ status: 'complete', amount_msat: 10_000, payment_preimage: HEX_32 });

    const any = (await text('invoice', 'l1', 'any')).trimEnd();
    expect(any).toEqual(BOLT11);
    expect(await text('pay', 'l2', any, '--amount', '3sat')).toMatch(/l2 paid 3sat, preimage [0-9a-f]{64}\n$/);
  });

  test('open and close', async () => {
    const opened = await json<{ short_channel_id: string; channel_id: string }>(
      'open',
      'l2',
      'l1',
      '0.01btc',
      '--private',
    );
    expect(opened).toMatchObject({ from: 'l2', to: 'l1', capacity_msat: 1_000_000_000, feerate: '253perkw' });
    type Channels = { channels: { channel_id: string; short_channel_id?: string; private?: boolean; state: string }[] };
    const channelsOf = async () => (await json<Channels>('cli', 'l2', 'listpeerchannels')).channels;
    expect(await channelsOf()).toContainEqual(
      expect.objectContaining({ short_channel_id: opened.short_channel_id, private: true }),
    );

    const { code, stderr } = await cli('close', 'l1', 'l2');
    expect({ code, stderr: withoutProgress(stderr) }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^error: l1 and l2 have 3 channels\n( {2}\d+x\d+x\d+ .* CHANNELD_NORMAL\n){3}hint: say which: ln-play close l1 l2 --channel \S+\n$/,
      ) as string,
    });
    expect(await cli('close', 'l1', 'l2', '--channel', '1x1x1')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: There is no open channel 1x1x1 between l1 and l2\n/m) as string,
    });
    const name = ['--channel', opened.short_channel_id];
    expect(await json<{ short_channel_id: string }>('close', 'l1', 'l2', ...name)).toEqual({
      from: 'l1',
      to: 'l2',
      type: 'mutual',
      txid: HEX_32,
      short_channel_id: opened.short_channel_id,
      channel_id: opened.channel_id,
    });
    const { state } = (await channelsOf()).find((each) => each.short_channel_id === opened.short_channel_id) ?? {};
    expect(['ONCHAIN', 'FUNDING_SPEND_SEEN', undefined]).toContain(state);
    const another = (await channelsOf()).find(({ state: each }) => each === 'CHANNELD_NORMAL')!;
    await json('close', 'l2', 'l1', '--channel', another.channel_id);
    expect(await text('close', 'l1', 'l2')).toMatch(/channel \S+ closed \(mutual\) by [0-9a-f]{64}\n$/);

    await json('open', 'l2', 'l1', '0.01btc');
    expect(await text('close', 'l1', 'l2', '--force')).toMatch(/channel \S+ closed \(unilateral\) by [0-9a-f]{64}\n$/);
    expect(await cli('close', 'l1', 'l2', '--force')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no open channel between l1 and l2\n') as string,
    });
  });

  test('cli takes arguments as lightning-cli does', async () => {
    const byPosition = await json('cli', 'l1', 'invoice', '24msat', 'by position', 'six words, one of them "quoted"');
    const byName = await json('cli', 'l1', 'invoice', 'amount_msat=24msat', 'label=by name', 'description=d=e');
    for (const made of [byPosition, byName]) expect(made).toMatchObject({ bolt11: BOLT11, payment_hash: HEX_32 });
    expect(await json('cli', 'l1', 'listinvoices', 'label=by name')).toMatchObject({
      invoices: [{ label: 'by name', description: 'd=e', amount_msat: 24 }],
    });
    // numbers, booleans and JSON as such, text that merely begins with a digit as text
    const options = ['amount_msat=1', 'label=12ab', 'description=', 'expiry=3600', 'fallbacks=[]'];
    expect(await json('cli', 'l1', 'invoice', ...options)).toMatchObject({ bolt11: BOLT11 });
    const getinfo = await text('cli', 'l1', 'getinfo');
    expect(getinfo).toMatch(/^\{\n {3}"id": "0[23]/);

    const refused = await cli('cli', 'l1', 'nonsense');
    expect(refused).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(refused.stdout)).toMatchObject({ code: -32601, message: TEXT });
  });

  test('ps', async () => {
    type Process = { pid: number; program: string; purpose: string; children: Process[] };
    const { processes } = await json<{ processes: Process[] }>('ps');
    const { bitcoind, nodes } = await json<PlaygroundStatus>('status');
    expect(processes.map(({ program, pid }) => [program, pid])).toEqual([
      ['bitcoind', bitcoind.pid],
      ...nodes.map(({ name, pid }) => [name, pid]),
    ]);
    if (implementation === 'cln') {
      const of = processes[1]!.children.map(({ program }) => program);
      expect(of).toEqual(expect.arrayContaining(['lightning_hsmd', 'lightning_connectd', 'bitcoin-backend']));
    }
    for (const { purpose } of processes.flatMap((each) => [each, ...each.children])) expect(purpose).not.toBe('');
    expect(await text('ps')).toMatch(/^bitcoind +\d+ .*\nl1 +\d+ /);
  });

  test('doctor', async () => {
    const { ok, checks } = await json<{ ok: boolean; checks: { name: string }[] }>('doctor');
    expect(ok).toBe(true);
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['bitcoind', 'lightningd']));
    expect(await text('doctor')).toMatch(/BITCOIND_EXE names it/);
    const home = join(folder.path, 'home');
    await mkdir(home);
    expect(await runCli(['doctor'], { env: { LN_PLAY_DIR: dir, HOME: home } })).toMatchObject({ code: 0 });
    expect(await readdir(home)).toEqual([]); // bitcoind makes ~/.bitcoin, if it may
  });
});
