import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { Bitcoind } from '../../src/daemons/bitcoind.js';
import { UNHONOURED } from '../../src/embedded/rpc/unhonoured-params.js';
import { channelsReady, idOf, invoice, makeFaucet, mine, openChannel, startNode } from './embedded/nodes.js';
import { EmbeddedProcess, prepareDir, startBitcoind } from './embedded/process.js';
import { useTemporaryFolder } from './support.js';

/** What each method of Core Lightning v26.06.6 takes by its schema, with the names and in the order of its source. */
const CLN: { readonly [method: string]: string } = JSON.parse(
  await readFile(new URL('embedded/cln-parameters.json', import.meta.url), 'utf8'),
) as { [method: string]: string };
/** Their `help` names what comes after the subcommand, as Core Lightning's does. */
const OWN_USAGE = ['plugin'];

const folder = useTemporaryFolder();
let bitcoind: Bitcoind;
let l1: EmbeddedProcess;
let l2: EmbeddedProcess;
let l3: EmbeddedProcess;

beforeAll(async () => {
  bitcoind = await startBitcoind(folder.path);
  await makeFaucet(bitcoind, 5);
  await mine(bitcoind, 100);
  // getroute and keysend are deprecated
  const dir = await prepareDir(join(folder.path, 'l1'), bitcoind, 'developer\nallow-deprecated-apis=true');
  [l1, l2, l3] = await Promise.all([
    new EmbeddedProcess(dir).ready(),
    startNode(folder.path, 'l2', bitcoind),
    startNode(folder.path, 'l3', bitcoind),
  ]);
});
afterAll(async () => {
  await Promise.all([l1.stop(), l2.stop(), l3.stop()]);
  await bitcoind.daemon.stop();
  bitcoind.close();
});

const cannot = (param: string) => ({
  rpcCode: -32602,
  message: expect.stringContaining(`${param}: the embedded lightningd does not support this: `) as string,
});

describe('parameters', () => {
  test('of Core Lightning’s are honoured, ignored or refused, all of them, and in its order', async () => {
    const { help } = (await l1.rpc.call('help')) as { help: { command: string }[] };
    const usages = help.map(({ command }) => command.replace(' (DEPRECATED!)', '').trim().split(' '));
    const taken = usages.flatMap(([method = '', ...params]): [string, string[]][] =>
      method in CLN && !OWN_USAGE.includes(method)
        ? [[method, params.map((param) => param.replaceAll(/[[\]]/g, ''))]]
        : [],
    );
    expect(taken.length).toBeGreaterThan(50);
    const isRefused = (method: string, param: string): boolean => 'refused' in (UNHONOURED[method]?.[param] ?? {});
    const wanted = taken.map(([method]): [string, string[]] => [
      method,
      CLN[method]!.split(' ').filter((param) => param !== '' && !isRefused(method, param)),
    ]);
    expect(Object.fromEntries(taken)).toEqual(Object.fromEntries(wanted));
  });

  const rows = Object.entries(UNHONOURED).flatMap(([method, params]) =>
    Object.entries(params).map(([param, row]) => ({ method, param, row })),
  );
  test.each(rows)('$method $param is known to Core Lightning', ({ method, param }) => {
    expect(CLN[method]?.split(' ')).toContain(param);
  });

  const refusedRows = rows.filter(({ row }) => 'refused' in row);
  test.each(refusedRows)('$method $param is refused by name', async ({ method, param }) => {
    await expect(l1.rpc.call('check', { command_to_check: method, [param]: 'x' })).rejects.toMatchObject(cannot(param));
  });

  test('that are refused may ask for nothing', async () => {
    expect(await l1.rpc.call('listfunds', { spent: false })).toHaveProperty('outputs');
    expect(await l1.rpc.call('listpeers', [null, null])).toHaveProperty('peers');
    await expect(l1.rpc.call('listfunds', { spent: true })).rejects.toMatchObject(cannot('spent'));
  });
});

describe('a payment', () => {
  /** l1 has a channel with l2, and l2 with l3, all announced. */
  beforeAll(async () => {
    await openChannel(bitcoind, l1, l2, join(folder.path, 'l2/peer'));
    await openChannel(bitcoind, l2, l3, join(folder.path, 'l3/peer'));
    await mine(bitcoind, 6, l1, l2, l3);
    await channelsReady(l1, l2);
    await waitFor('gossip to tell of both channels', async () => {
      const { channels } = (await l1.rpc.call('listchannels')) as { channels: unknown[] };
      return channels.length === 4 ? { done: undefined } : { seen: `${channels.length} of 4` };
    });
  });

  const noWay = { rpcCode: 205 };
  const scidOf = async (node: EmbeddedProcess, peer: EmbeddedProcess): Promise<string> => {
    const { channels } = await node.rpc.call('listpeerchannels', [await idOf(peer)]);
    return channels[0]!.short_channel_id!;
  };

  test('keeps to maxdelay', async () => {
    for (const method of ['pay', 'xpay']) {
      const bolt11 = await invoice(l3, 1_000);
      await expect(
        l1.rpc.call(method, { [method === 'pay' ? 'bolt11' : 'invstring']: bolt11, maxdelay: 40 }),
      ).rejects.toMatchObject(noWay);
      await l1.rpc.call(method, { [method === 'pay' ? 'bolt11' : 'invstring']: bolt11, maxdelay: 500 });
    }
    const destination = await idOf(l3);
    for (const method of ['keysend', 'xkeysend']) {
      await expect(l1.rpc.call(method, { destination, amount_msat: 1_000, maxdelay: 40 })).rejects.toMatchObject(noWay);
      await l1.rpc.call(method, { destination, amount_msat: 1_000, maxdelay: 500 });
    }
  });

  test('leaves out the channels and nodes that it is told to, and a route does, too', async () => {
    const bolt11 = await invoice(l3, 1_000);
    const far = await scidOf(l2, l3);
    const excludes = [`${far}/0`, `${far}/1`, await idOf(l2), await scidOf(l1, l2).then((scid) => `${scid}/1`)];
    for (const exclude of excludes) {
      await expect(l1.rpc.call('pay', { bolt11, exclude: [exclude] })).rejects.toMatchObject(noWay);
      const route = { id: await idOf(l3), amount_msat: 1_000, riskfactor: 1, exclude: [exclude] };
      await expect(l1.rpc.call('getroute', route)).rejects.toMatchObject(noWay);
    }
    await expect(l1.rpc.call('pay', { bolt11, exclude: ['1x1'] })).rejects.toMatchObject({ rpcCode: -32602 });
    await l1.rpc.call('pay', { bolt11, exclude: ['1x1x1/0'] });
  });

  test('finds a payee by the hints that it is given', async () => {
    const hidden = await startNode(folder.path, 'l4', bitcoind);
    try {
      await openChannel(bitcoind, l3, hidden, join(folder.path, 'l4/peer'), { announce: false });
      const destination = await idOf(hidden);
      await expect(l1.rpc.call('keysend', { destination, amount_msat: 1_000 })).rejects.toMatchObject(noWay);
      const { routes } = (await l1.rpc.call('decode', [
        await invoice(hidden, 1_000, { exposeprivatechannels: true }),
      ])) as { routes?: { [key: string]: unknown }[][] };
      const routehints = routes!.map((route) =>
        route.map((hop) => ({
          id: hop['pubkey'],
          scid: hop['short_channel_id'],
          feebase: hop['fee_base_msat'],
          feeprop: hop['fee_proportional_millionths'],
          expirydelta: hop['cltv_expiry_delta'],
        })),
      );
      expect(await l1.rpc.call('keysend', { destination, amount_msat: 1_000, routehints })).toMatchObject({
        status: 'complete',
      });
    } finally {
      await hidden.stop();
    }
  });

  test('is deleted by its part and group, where they are given', async () => {
    const bolt11 = await invoice(l2, 1_000);
    await l1.rpc.call('pay', [bolt11]);
    const { payments } = (await l1.rpc.call('listsendpays', [bolt11])) as {
      payments: { payment_hash: string; partid: number; groupid: number }[];
    };
    const { payment_hash: hash, partid, groupid } = payments[0]!;
    const request = { payment_hash: hash, status: 'complete' };
    await expect(l1.rpc.call('delpay', { ...request, partid })).rejects.toMatchObject({ rpcCode: -32602 });
    await expect(l1.rpc.call('delpay', { ...request, partid, groupid: groupid + 1 })).rejects.toMatchObject({
      rpcCode: 208,
    });
    expect(await l1.rpc.call('delpay', { ...request, partid, groupid })).toMatchObject({ payments: [{ partid }] });
  });
});
