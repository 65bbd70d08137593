import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { Bitcoind } from '../../src/daemons/bitcoind.js';
import { channelsReady, invoice, killNow, makeFaucet, mine, openChannel, pay, startNode } from './embedded/nodes.js';
import { EmbeddedProcess, startBitcoind } from './embedded/process.js';
import { useTemporaryFolder } from './support.js';

const HOLDER = fileURLToPath(new URL('../fakes/plugins/holder.js', import.meta.url));
/** sha256 of it is in the invoice that only the plugin can settle. */
const PREIMAGE = '5a'.repeat(32);

const folder = useTemporaryFolder();
let bitcoind: Bitcoind;
let payer: EmbeddedProcess;
let holder: EmbeddedProcess;

const file = (name: string): string => join(holder.lightningDir, name);
const asked = async (): Promise<{ htlc: { payment_hash: string; amount_msat: number } }[]> => {
  const text = await readFile(file('asked'), 'utf8').catch(() => ''); // nothing was asked yet
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as { htlc: { payment_hash: string; amount_msat: number } });
};

beforeAll(async () => {
  bitcoind = await startBitcoind(folder.path);
  await makeFaucet(bitcoind, 5);
  await mine(bitcoind, 100);
  [payer, holder] = await Promise.all([startNode(folder.path, 'l1', bitcoind), startNode(folder.path, 'l2', bitcoind)]);
  await openChannel(bitcoind, payer, holder, file('peer'));
  await holder.rpc.call('plugin', ['start', HOLDER]);
});
afterEach(async () => {
  for (const name of ['asked', 'release']) await rm(file(name), { force: true });
});
afterAll(async () => {
  await Promise.all([payer.stop(), holder.stop()]);
  await bitcoind.daemon.stop();
  bitcoind.close();
});

async function askedOnce(count = 1): Promise<void> {
  await waitFor('the plugin to be asked', async () => {
    const { length } = await asked();
    return length >= count ? { done: undefined } : { seen: `${length} times` };
  });
}

test('a payment is held as long as the plugin likes, and shown as an HTLC meanwhile', async () => {
  const bolt11 = await invoice(holder, 3_000);
  const payment = payer.rpc.call('xpay', [bolt11]);
  await askedOnce();
  const { channels } = await holder.rpc.call('listpeerchannels');
  expect(channels[0]!.htlcs).toMatchObject([{ direction: 'in', amount_msat: 3_000, state: 'RCVD_ADD_ACK_REVOCATION' }]);
  await writeFile(file('release'), '{"result":"continue"}');
  expect(await payment).toMatchObject({ amount_msat: 3_000 });
});

test('the plugin may refuse it', async () => {
  await writeFile(file('release'), '{"result":"fail","failure_message":"400f0000000000000bb80000006f"}');
  await expect(pay(payer, holder, 3_000)).rejects.toMatchObject({ rpcCode: 203 });
});

test('the plugin may settle it with its payment key', async () => {
  const bolt11 = await invoice(holder, 3_000, { preimage: PREIMAGE });
  await writeFile(file('release'), JSON.stringify({ result: 'resolve', payment_key: PREIMAGE }));
  expect(await payer.rpc.call('xpay', [bolt11])).toMatchObject({ payment_preimage: PREIMAGE });
});

test('a payment that is held when the node is killed is asked about again', async () => {
  const bolt11 = await invoice(holder, 4_000);
  const payment = payer.rpc.call('xpay', [bolt11]);
  await askedOnce();
  await killNow(holder);
  holder.rpc.close();
  holder = await new EmbeddedProcess(holder.lightningDir, [`--plugin=${HOLDER}`]).ready();
  await askedOnce(2);
  const [before, after] = await asked();
  expect(after!.htlc.payment_hash).toBe(before!.htlc.payment_hash);
  await channelsReady(payer, holder);
  await writeFile(file('release'), '{"result":"continue"}');
  expect(await payment).toMatchObject({ amount_msat: 4_000 });
});

test('a payment that is held until its HTLC is about to expire fails, and what the plugin decides then is too late', async () => {
  const bolt11 = await invoice(holder, 5_000);
  const payment = payer.rpc.call('xpay', [bolt11]).catch((error: unknown) => error);
  await askedOnce();
  const { channels } = await holder.rpc.call('listpeerchannels');
  const { blockheight } = await holder.rpc.call('getinfo');
  const [htlc] = channels[0]!.htlcs as unknown as { expiry: number }[];
  const more = htlc!.expiry - blockheight - 21; // LDK's margin
  await mine(bitcoind, more - 1, payer, holder);
  expect(holder.stdout).not.toContain('was failed back');
  await mine(bitcoind, 1, payer, holder);
  await holder.saw('was failed back: it was held until its HTLC was about to expire');
  expect(await payment).toMatchObject({ rpcCode: 203 });
  await writeFile(file('release'), '{"result":"continue"}');
  await holder.saw('was failed back before it was decided');
  await killNow(holder);
  holder.rpc.close();
  await rm(file('release'));
  holder = await new EmbeddedProcess(holder.lightningDir, [`--plugin=${HOLDER}`]).ready();
  await channelsReady(payer, holder);
  expect(await asked()).toHaveLength(1);
  expect(await holder.rpc.call('listinvoices', { invstring: bolt11 })).toMatchObject({
    invoices: [{ status: 'unpaid' }],
  });
});
