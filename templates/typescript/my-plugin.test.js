import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPlugin } from './lightning-plugin-testing.js';

const rpc = { getinfo: () => ({ id: '02abcd' }) };

test('greets by position, by name, and the world', async () => {
  const plugin = await startPlugin('my-plugin', { options: { greeting: 'Ciao' }, rpc });
  assert.deepEqual(await plugin.call('hello', ['Rusty']), { greeting: 'Ciao Rusty' });
  assert.deepEqual(await plugin.call('hello', { name: 'Rusty' }), { greeting: 'Ciao Rusty' });
  assert.deepEqual(await plugin.call('hello', []), { greeting: 'Ciao world' });
  await plugin.stop();
});

test('logs where it runs, and who connects', async () => {
  const plugin = await startPlugin('my-plugin', { rpc });
  plugin.notify('connect', { connect: { id: '03ef' } });
  await plugin.call('hello', []); // answered after the notification
  assert.deepEqual(plugin.logs.slice(0, 2), ['my-plugin runs on 02abcd', 'connected to 03ef']);
  await plugin.stop();
});
