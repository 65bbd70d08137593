import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { Bitcoind } from '../../src/daemons/bitcoind.js';
import {
  channelsReady,
  FAUCET,
  idOf,
  invoice,
  killNow,
  makeFaucet,
  mine,
  NOWHERE,
  openChannel,
  pay,
  settled,
  startAgain,
  startNode,
} from './embedded/nodes.js';
import { EmbeddedProcess, startBitcoind } from './embedded/process.js';
import { useTemporaryFolder } from './support.js';

const folder = useTemporaryFolder();
let bitcoind: Bitcoind;
let l1: EmbeddedProcess;
let l2: EmbeddedProcess;

beforeAll(async () => {
  bitcoind = await startBitcoind(folder.path);
  await makeFaucet(bitcoind, 5);
  await mine(bitcoind, 100);
  [l1, l2] = await Promise.all([startNode(folder.path, 'l1', bitcoind), startNode(folder.path, 'l2', bitcoind)]);
  await openChannel(bitcoind, l2, l1, join(folder.path, 'l1/peer'));
  await pay(l2, l1, 500_000_000);
});
afterAll(async () => {
  await Promise.all([l1.stop(), l2.stop()]);
  await bitcoind.daemon.stop();
  bitcoind.close();
});

const reconnected = (): Promise<void> => channelsReady(l1, l2);

describe('payments', () => {
  test('go both ways, of one msat and of a whole channel’s worth', async () => {
    for (const amount of [1, 24, 1_000, 400_000_000]) {
      await pay(l1, l2, amount);
      await pay(l2, l1, amount);
    }
  });

  test('fifty at once', async () => {
    const invoices = await Promise.all(Array.from({ length: 50 }, () => invoice(l1, 10_000)));
    await Promise.all(invoices.map((bolt11) => l2.rpc.call('xpay', [bolt11])));
    for (const bolt11 of invoices) {
      const { invoices: found } = (await l1.rpc.call('listinvoices', { invstring: bolt11 })) as {
        invoices: { status: string }[];
      };
      expect(found[0]!.status).toBe('paid');
    }
  });

  test('one that is paid is told again, and not paid again', async () => {
    const bolt11 = await invoice(l1, 5_000);
    const first = await l2.rpc.call('pay', [bolt11]);
    await settled(l1, l2);
    const before = (await l2.rpc.call('listpeerchannels')).channels[0]!.to_us_msat;
    expect(await l2.rpc.call('pay', [bolt11])).toEqual(first);
    expect((await l2.rpc.call('listpeerchannels')).channels[0]!.to_us_msat).toBe(before);
  });

  test('an amount for an invoice that names none; none for one that does', async () => {
    const any = await invoice(l1, 'any');
    await expect(l2.rpc.call('pay', [any])).rejects.toMatchObject({ rpcCode: -32602 });
    expect(await l2.rpc.call('pay', [any, 777])).toMatchObject({ amount_msat: 777 });
    const fixed = await invoice(l1, 5);
    await expect(l2.rpc.call('pay', [fixed, 5])).rejects.toMatchObject({ rpcCode: -32602 });
  });

  test('an expired invoice is refused by who pays it', async () => {
    const bolt11 = await invoice(l1, 1_000, { expiry: 1 });
    await waitFor('the invoice to expire', async () => {
      const listed = (await l1.rpc.call('listinvoices', { invstring: bolt11 })) as { invoices: { status: string }[] };
      const { status } = listed.invoices[0]!;
      return status === 'expired' ? { done: undefined } : { seen: status };
    });
    await expect(l2.rpc.call('pay', [bolt11])).rejects.toMatchObject({
      rpcCode: 207,
      message: expect.stringMatching(/expired/) as string,
    });
  });

  test.each([
    ['more than the channel has', async () => await invoice(l1, 5_000_000_000), 205],
    ['that nobody knows any more', async () => await deleted(), 203],
  ])('an invoice %s fails with CLN’s code', async (_what, make, rpcCode) => {
    await expect(l2.rpc.call('pay', [await make()])).rejects.toMatchObject({ rpcCode });
  });

  async function deleted(): Promise<string> {
    const { bolt11 } = await l1.rpc.call('invoice', [1_000, 'to-be-deleted', 'd']);
    await l1.rpc.call('delinvoice', ['to-be-deleted', 'unpaid']);
    return bolt11;
  }

  test('getroutes finds the way, with what each end of a channel takes for it', async () => {
    const [source, destination] = await Promise.all([idOf(l2), idOf(l1)]);
    const [channel] = (await l2.rpc.call('listpeerchannels')).channels;
    const getroutes = (changes: object = {}) =>
      l2.rpc.call('getroutes', {
        source,
        destination,
        amount_msat: 1_000_000,
        layers: ['auto.localchans', 'auto.sourcefree'],
        maxfee_msat: 0,
        final_cltv: 18,
        ...changes,
      });
    const hop = {
      short_channel_id_dir: `${channel!.short_channel_id}/${source < destination ? 0 : 1}`,
      node_id_in: source,
      node_id_out: destination,
      amount_out_msat: 1_000_000,
      cltv_out: 18,
    };
    const certain = { probability_ppm: 1_000_000 };
    const route = { ...certain, amount_msat: 1_000_000, final_cltv: 18 };
    expect(await getroutes()).toEqual({
      ...certain,
      routes: [{ ...route, path: [{ ...hop, amount_in_msat: 1_000_000, cltv_in: 18 }] }],
    });
    expect(await getroutes({ layers: ['auto.localchans'], maxfee_msat: 11 })).toEqual({
      ...certain,
      routes: [{ ...route, path: [{ ...hop, amount_in_msat: 1_000_011, cltv_in: 18 + 42 }] }],
    });
    const nobody = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';
    for (const [changes, rpcCode, message] of [
      [{ layers: ['auto.localchans'], maxfee_msat: 10 }, 206, /excessive/],
      [{ layers: ['auto.localchans'], maxfee_msat: 11, maxdelay: 59 }, 206, /excessive/],
      [{ amount_msat: 5_000_000_000 }, 205, /Could not find a route/],
      [{ destination: nobody }, 205, `Unknown destination node ${nobody}`],
      [{ source: nobody }, 205, `Unknown source node ${nobody}`],
      [{ maxdelay: 2017 }, 217, 'maximum delay allowed is 2016'],
      [{ amount_msat: 0 }, -32602, 'amount must be non-zero'],
      [{ maxparts: 0 }, -32602, 'maxparts must be non-zero'],
      [{ layers: ['mine'] }, -32602, `layers: unknown layer: invalid token '"mine"'`],
    ] as const)
      await expect(getroutes(changes), JSON.stringify(changes)).rejects.toMatchObject({
        rpcCode,
        message: expect.stringMatching(message) as string,
      });
  });

  test('a chosen preimage comes back', async () => {
    const preimage = 'ab'.repeat(32);
    const bolt11 = await invoice(l1, 1_000, { preimage });
    expect(await l2.rpc.call('pay', [bolt11])).toMatchObject({ payment_preimage: preimage });
    await expect(invoice(l1, 1_000, { preimage })).rejects.toMatchObject({ rpcCode: 901 });
  });
});

describe('a node that is killed', () => {
  test('in the middle of payments goes on where it was, and neither loses money nor pays twice', async () => {
    for (let round = 0; round < 4; round++) {
      const invoices = await Promise.all(Array.from({ length: 10 }, () => invoice(l1, 1_000)));
      const payments = invoices.map((bolt11) => l2.rpc.call('xpay', [bolt11]).catch((error: unknown) => error));
      await Promise.race(payments.slice(round * 2));
      const victim = round % 2 === 0 ? l2 : l1;
      await killNow(victim);
      if (victim === l2) l2 = await startAgain(l2);
      else l1 = await startAgain(l1);
      await reconnected();
      for (const bolt11 of invoices) await l2.rpc.call('pay', [bolt11]); // those that are paid are told again
      await settled(l1, l2);
      const [mine1, mine2] = await Promise.all(
        [l1, l2].map(async ({ rpc }) => (await rpc.call('listpeerchannels')).channels[0]!.to_us_msat!),
      );
      expect(mine1! + mine2!).toBe(4_200_000_000);
    }
  });

  test('has the same id, address tree and invoices', async () => {
    const id = await idOf(l1);
    const { bolt11 } = await l1.rpc.call('invoice', [7_000, 'before the kill', 'd']);
    const { p2tr: first } = await l1.rpc.call('newaddr');
    await killNow(l1);
    l1 = await startAgain(l1);
    expect(await idOf(l1)).toBe(id);
    expect((await l1.rpc.call('newaddr')).p2tr).not.toBe(first);
    await reconnected();
    await l2.rpc.call('pay', [bolt11]);
  });
});

describe('the chain', () => {
  test('a reorganisation is followed', async () => {
    const height = await mine(bitcoind, 8, l1, l2);
    await bitcoind.rpc.call('invalidateblock', [await bitcoind.rpc.call('getblockhash', [height - 2])]);
    await makeFaucet(bitcoind, 2); // other blocks than before
    expect(await mine(bitcoind, 3, l1, l2)).toBe(height + 2);
    await pay(l2, l1, 1_000);
  });

  test('hundreds of blocks at once, and while a node is away', async () => {
    await mine(bitcoind, 200, l1, l2);
    await l1.stop();
    const height = await mine(bitcoind, 200, l2);
    l1 = await startAgain(l1);
    expect((await l1.rpc.call('getinfo')).blockheight).toBe(height);
    await reconnected();
    await pay(l2, l1, 1_000);
  });

  test('bitcoind may go away and come back; payments go on meanwhile', async () => {
    await bitcoind.daemon.stop();
    await waitFor('the node to miss bitcoind', async () => {
      const { warning_bitcoind_sync: warning } = await l1.rpc.call('getinfo');
      return warning ? { done: undefined } : { seen: 'no warning' };
    });
    await pay(l2, l1, 1_000);
    await bitcoind.start();
    await bitcoind.rpc.call('loadwallet', [FAUCET]);
    await mine(bitcoind, 1, l1, l2);
    for (const node of [l1, l2]) expect(await node.rpc.call('getinfo')).not.toHaveProperty('warning_bitcoind_sync');
    expect((await l2.rpc.call('listfunds')).outputs.length).toBeGreaterThan(0);
  });
});

test('a channel is closed with a peer that is away, once it is back', async () => {
  const id = await openChannel(bitcoind, l2, l1, join(folder.path, 'l1/peer'));
  await l1.stop();
  const closing = l2.rpc.call('close', [id]);
  l1 = await startAgain(l1);
  expect(await closing).toMatchObject({ type: 'mutual' });
  await mine(bitcoind, 101, l1, l2);
});

test('a channel closes together, and both get their part on the chain', async () => {
  const { channel_id: id } = (await l2.rpc.call('listpeerchannels')).channels[0]!;
  const closed = await l2.rpc.call('close', [id]);
  expect(closed).toMatchObject({ type: 'mutual' });
  await mine(bitcoind, 1, l1, l2);
  const state = async (node: EmbeddedProcess): Promise<string> =>
    (await node.rpc.call('listpeerchannels')).channels[0]!.state;
  for (const node of [l1, l2]) expect(await state(node)).toBe('ONCHAIN');
  // and if a reorganisation takes the closing back while a node is away, it knows
  await l1.stop();
  await bitcoind.rpc.call('invalidateblock', [await bitcoind.rpc.call('getbestblockhash')]);
  for (let blocks = 0; blocks < 2; blocks++) await bitcoind.rpc.call('generateblock', [NOWHERE, []]);
  l1 = await startAgain(l1);
  expect(await state(l1)).toBe('AWAITING_UNILATERAL');
  await mine(bitcoind, 1, l1, l2);
  expect(await state(l1)).toBe('ONCHAIN');
  expect((await l1.rpc.call('listfunds')).outputs).toHaveLength(1);
  await mine(bitcoind, 100, l1, l2);
  const { closedchannels } = (await l1.rpc.call('listclosedchannels')) as { closedchannels: { channel_id: string }[] };
  expect(closedchannels.map((channel) => channel.channel_id)).toContain(id);
});

test('a channel whose peer is gone is closed by force, and both are paid when their time has come', async () => {
  await openChannel(bitcoind, l2, l1, join(folder.path, 'l1/peer'));
  await pay(l2, l1, 800_000_000);
  await settled(l1, l2);
  const before = (await l1.rpc.call('listfunds')).outputs.length;
  await killNow(l1);
  const { channels } = await l2.rpc.call('listpeerchannels');
  expect(await l2.rpc.call('close', [channels[0]!.channel_id!, 1])).toMatchObject({ type: 'unilateral' });
  await mine(bitcoind, 1, l2);
  l1 = await startAgain(l1);
  for (const node of [l1, l2])
    expect((await node.rpc.call('listpeerchannels')).channels).toMatchObject([{ state: 'ONCHAIN' }]);
  await mine(bitcoind, 6, l1, l2);
  await waitFor('our part to be swept', async () => {
    await mine(bitcoind, 1, l1, l2);
    const { outputs } = await l1.rpc.call('listfunds');
    return outputs.length > before ? { done: undefined } : { seen: `${outputs.length} outputs` };
  });
});

test('a node refuses to start on another chain than the one it knows', async () => {
  await l1.stop();
  const other = await startBitcoind(join(folder.path, 'other'));
  try {
    const wrong = new EmbeddedProcess(l1.lightningDir, [
      `--bitcoin-datadir=${other.datadir}`,
      `--bitcoin-rpcport=${other.rpcPort}`,
    ]);
    expect((await wrong.exited).code).toBe(1);
    expect(wrong.stderr).toMatch(/bitcoind has gone backwards from \d+ to 1 blocks!/);
    wrong.rpc.close();
  } finally {
    await other.daemon.stop();
    other.close();
  }
  l1 = await startAgain(l1);
});
