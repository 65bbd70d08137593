import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPlugin } from './lightning-plugin-testing.js';

const HASH = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);
const htlc = (payment_hash) => ({ htlc: { payment_hash, amount_msat: 24, cltv_expiry: 120 } });
const rpc = {
  invoice: ({ label }) => ({ label, bolt11: 'lnbcrt1' }),
  listinvoices: ({ payment_hash }) => ({ invoices: [{ label: payment_hash === HASH ? 'hold-shoes' : 'shoes' }] }),
  getinfo: () => ({ blockheight: 103 }),
};

/** Waits until a payment is held. */
async function untilHeld(plugin) {
  for (;;) {
    const { held } = await plugin.call('hold-list', {});
    if (held.length > 0) return held;
  }
}

test('holds what is for its invoices, until it is settled', async () => {
  const plugin = await startPlugin('my-plugin.js', { rpc });
  assert.equal((await plugin.call('hold-invoice', ['24msat', 'shoes', 'a pair'])).label, 'hold-shoes');
  const asked = plugin.call('htlc_accepted', htlc(HASH));
  assert.deepEqual(await untilHeld(plugin), [{ payment_hash: HASH, amount_msat: 24, parts: 1, cltv_expiry: 120 }]);
  assert.deepEqual(await plugin.call('settle', [HASH]), { payment_hash: HASH, parts: 1 });
  assert.deepEqual(await asked, { result: 'continue' });
  await plugin.stop();
});

test('fails what is cancelled, as an unknown invoice would', async () => {
  const plugin = await startPlugin('my-plugin.js', { rpc });
  const asked = plugin.call('htlc_accepted', htlc(HASH));
  await untilHeld(plugin);
  await plugin.call('cancel', { payment_hash: HASH });
  assert.deepEqual(await asked, { result: 'fail', failure_message: '400f000000000000001800000067' });
  await assert.rejects(plugin.call('settle', [HASH]), /nothing is held/);
  await plugin.stop();
});

test('says which parameter is missing', async () => {
  const plugin = await startPlugin('my-plugin.js', { rpc });
  await assert.rejects(plugin.call('hold-invoice', []), /missing required parameter: amount_msat/);
  await assert.rejects(plugin.call('hold-invoice', { amount_msat: 24 }), /missing required parameter: label/);
  for (const method of ['settle', 'cancel'])
    await assert.rejects(plugin.call(method, []), /missing required parameter: payment_hash/);
  await plugin.stop();
});

test('lets other invoices and forwards pass', async () => {
  const plugin = await startPlugin('my-plugin.js', { rpc });
  assert.deepEqual(await plugin.call('htlc_accepted', htlc(OTHER)), { result: 'continue' });
  assert.deepEqual(await plugin.call('htlc_accepted', { ...htlc(HASH), forward_to: OTHER }), { result: 'continue' });
  await plugin.stop();
});
