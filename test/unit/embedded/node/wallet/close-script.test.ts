import { expect, test } from 'vitest';
import { CloseScript } from '../../../../../src/embedded/node/wallet/close-script.js';
import { Bench } from '../support.js';

const SCRIPT = Buffer.from(`5120${'11'.repeat(32)}`, 'hex');
const wallet = (script: Buffer | undefined): Parameters<CloseScript['choose']>[0] => ({
  newAddress: () => Promise.resolve({ address: 'bcrt1p', index: 1 }),
  scriptOf: () => Promise.resolve(script),
});

test('channels close to the same address of the wallet always, after a restart too', async () => {
  using bench = new Bench();
  const first = new CloseScript(bench.store);
  expect(first.script).toHaveLength(0);
  await first.choose(wallet(SCRIPT), bench.turns.turn);
  expect(first.script).toEqual(Uint8Array.from(SCRIPT));
  bench.reopen();
  const second = new CloseScript(bench.store);
  expect(second.script).toEqual(Uint8Array.from(SCRIPT));
  await second.choose(wallet(Buffer.of(1)), bench.turns.turn);
  expect(second.script).toEqual(Uint8Array.from(SCRIPT));
});

test('an address that bitcoind does not know is not taken', async () => {
  using bench = new Bench();
  const script = new CloseScript(bench.store);
  await expect(script.choose(wallet(undefined), bench.turns.turn)).rejects.toThrow(/does not know .* bcrt1p/);
  await script.choose(wallet(SCRIPT), bench.turns.turn);
  expect(script.script).toEqual(Uint8Array.from(SCRIPT));
});
