import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPlugin } from './lightning-plugin-testing.js';

test('the word is in the preimage, after 8 random bytes', async () => {
  const asked = [];
  const rpc = { invoice: (params) => (asked.push(params), { bolt11: 'lnbcrt1' }) };
  const options = { 'my-plugin-port': 0, 'my-plugin-word': 'satoshi' };
  const plugin = await startPlugin('my-plugin.js', { options, rpc });
  const { url } = await plugin.call('my-plugin-url', {});
  await fetch(url);
  await fetch(url);
  const preimages = asked.map(({ preimage }) => Buffer.from(preimage, 'hex'));
  for (const preimage of preimages) {
    assert.equal(preimage.length, 32);
    assert.equal(preimage.subarray(8).toString().replaceAll('\0', ''), 'satoshi');
  }
  assert.notDeepEqual(preimages[0], preimages[1]);
  await plugin.stop();
});

test('a word that does not fit is refused', async () => {
  const plugin = await startPlugin('my-plugin.js', {
    options: { 'my-plugin-port': 0, 'my-plugin-word': 'x'.repeat(25) },
  });
  assert.match(plugin.init.disable, /has 25 bytes: at most 24 fit/);
  await plugin.stop();
});

test('getword pays what the seller asks, and prints the word', async () => {
  const seller = await startPlugin('my-plugin.js', {
    options: { 'my-plugin-port': 0, 'my-plugin-word': 'satoshi' },
    rpc: { invoice: ({ preimage }) => ({ bolt11: preimage }) }, // in this test the invoice is the preimage
  });
  const { url } = await seller.call('my-plugin-url', {});
  const paid = [];
  const buyer = await startPlugin('getword.js', {
    rpc: {
      decode: () => ({ valid: true, amount_msat: 24 }),
      pay: ({ bolt11 }) => (paid.push(bolt11), { payment_preimage: bolt11 }),
    },
  });
  const { word, paid_msat } = await buyer.call('getword', [url]);
  assert.equal(word, 'satoshi');
  assert.equal(paid_msat, 24);
  await assert.rejects(buyer.call('getword', { url, max_msat: 23 }), /24 msat: more than 23/);
  await assert.rejects(buyer.call('getword', ['nonsense']), /not a URL/);
  assert.equal(paid.length, 1);
  await buyer.stop();
  await seller.stop();
});
