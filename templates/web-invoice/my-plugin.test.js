import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { startPlugin } from './lightning-plugin-testing.js';

test('each visit gives a fresh invoice of 24 msat', async () => {
  const asked = [];
  const rpc = { invoice: (params) => (asked.push(params), { bolt11: `lnbcrt${asked.length}` }) };
  const plugin = await startPlugin('my-plugin.js', { options: { 'my-plugin-port': 0 }, rpc });
  const { url } = await plugin.call('my-plugin-url', {});
  assert.equal(await (await fetch(url)).text(), 'lnbcrt1\n');
  assert.equal(await (await fetch(url)).text(), 'lnbcrt2\n');
  assert.equal(asked[0].amount_msat, '24msat');
  assert.notEqual(asked[0].label, asked[1].label);
  await plugin.stop();
});

test('says so when its port is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address();
  const plugin = await startPlugin('my-plugin.js', { options: { 'my-plugin-port': port } });
  assert.match(plugin.init.disable, new RegExp(`port ${port} is in use`));
  await plugin.stop();
  other.close();
});
