import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Bitcoind } from '../../src/daemons/bitcoind.js';
import { writeFakePlugin } from '../fakes/plugins/support.js';
import { EmbeddedProcess, prepareDir, startBitcoind } from './embedded/process.js';
import { useTemporaryFolder } from './support.js';

const folder = useTemporaryFolder();
let bitcoind: Bitcoind;
let count = 0;
let daemon: EmbeddedProcess | undefined;

beforeAll(async () => {
  bitcoind = await startBitcoind(folder.path);
});
afterAll(async () => {
  await bitcoind.daemon.stop();
  bitcoind.close();
});
afterEach(async () => {
  await daemon?.stop();
  daemon = undefined;
});

async function launch(...args: string[]): Promise<EmbeddedProcess> {
  daemon = new EmbeddedProcess(await prepareDir(join(folder.path, `l${count++}`), bitcoind), args);
  return await daemon.ready();
}

/** A plugin of a few lines: `handlers` is the body of an object of methods that answer requests. */
async function plugin(name: string, manifest: object, handlers: string): Promise<string> {
  const file = join(folder.path, name);
  const full = { options: [], rpcmethods: [], dynamic: true, ...manifest };
  await writeFile(
    file,
    `#!${process.execPath}
const { createConnection } = require('node:net');
const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }));
const log = (message) => say({ method: 'log', params: { level: 'info', message } });
let init;
const handlers = {
  getmanifest: () => (${JSON.stringify(full)}),
  init: (params) => ((init = params), {}),
  ${handlers}
};
require('node:readline').createInterface({ input: process.stdin }).on('line', async (line) => {
  if (line === '') return;
  const { id, method, params } = JSON.parse(line);
  try {
    const result = await handlers[method](params, id);
    if (id !== undefined) say({ id, result });
  } catch (error) {
    if (id !== undefined) say({ id, error: { code: -7, message: error.message, extra: { kept: true } } });
  }
});
`,
  );
  await chmod(file, 0o755);
  return file;
}

test('a plugin has its options, its folder, the RPC, and the environment of one of lightningd', async () => {
  const option = (name: string, type: string, more: object = {}) => ({ name, type, description: name, ...more });
  const path = await plugin(
    'where',
    {
      options: [
        option('greeting', 'string', { default: 'Hi' }),
        option('times', 'int', { multi: true }),
        option('loud', 'flag'),
        option('secret', 'string-conceal'),
      ],
      rpcmethods: [
        { name: 'where', usage: '' },
        { name: 'ask', usage: 'method' },
      ],
    },
    `where: () => ({ init, cwd: process.cwd(), plugin: process.env.LIGHTNINGD_PLUGIN, version: process.env.LIGHTNINGD_VERSION }),
  ask: ({ method }) => new Promise((resolve) => {
    const { 'lightning-dir': dir, 'rpc-file': file } = init.configuration;
    const socket = createConnection(dir + '/' + file);
    let text = '';
    socket.on('data', (chunk) => (text += chunk));
    socket.on('end', () => resolve(JSON.parse(text).result));
    socket.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: {} }));
  }),`,
  );
  const { rpc, lightningDir } = await launch(`--plugin=${path}`, '--times=1', '--times=2', '--loud', '--secret=s');
  expect(await rpc.call('where')).toEqual({
    init: {
      options: { greeting: 'Hi', times: [1, 2], loud: true, secret: 's' },
      configuration: {
        'lightning-dir': join(lightningDir, 'regtest'),
        'rpc-file': 'lightning-rpc',
        startup: true,
        network: 'regtest',
        feature_set: expect.objectContaining({ init: expect.stringMatching(/^[0-9a-f]+$/) as string }) as object,
      },
    },
    cwd: join(lightningDir, 'regtest'),
    plugin: '1',
    version: expect.stringMatching(/^v\d+\.\d+/) as string,
  });
  const info = (await rpc.call('getinfo')) as { id: string };
  expect(await rpc.call('ask', { method: 'getinfo' })).toMatchObject({ id: info.id });
  expect(await rpc.call('listconfigs')).toMatchObject({
    configs: {
      greeting: { value_str: 'Hi', source: 'default', plugin: path },
      times: { values_int: [1, 2], sources: ['cmdline', 'cmdline'] },
      loud: { set: true },
      secret: { value_str: '...' },
    },
  });
});

test('what a method answers passes unchanged, with its progress and its errors', async () => {
  const path = await plugin(
    'exact',
    { rpcmethods: ['big', 'slow', 'fail'].map((name) => ({ name, usage: '' })) },
    `big: (_, id) => { process.stdout.write('{"jsonrpc":"2.0","id":' + JSON.stringify(id) + ',"result":{"n":12345678901234567890,"d":1.0}}'); return new Promise(() => {}); },
  slow: (_, id) => { say({ method: 'progress', params: { id, num: 0, total: 2 } }); say({ method: 'message', params: { id, level: 'info', message: 'half' } }); return {}; },
  fail: () => { throw new Error('no'); },`,
  );
  const { rpc } = await launch(`--plugin=${path}`);
  expect(await rpc.callRaw('big')).toContain('"result":{"n":12345678901234567890,"d":1.0}');
  expect(await rpc.callRaw('fail').catch(String)).toContain('"error":{"code":-7,"message":"no","extra":{"kept":true}}');
  await rpc.call('notifications', [true]);
  const seen: unknown[] = [];
  await rpc.call('slow', {}, { onNotification: (method, params) => seen.push([method, params]) });
  expect(seen).toMatchObject([
    ['progress', { num: 0, total: 2 }],
    ['message', { level: 'info', message: 'half' }],
  ]);
});

test('plugins speak to each other, and the hook on commands has its way', async () => {
  const talker = await plugin(
    'talker',
    { rpcmethods: [{ name: 'emit', usage: '' }], notifications: [{ method: 'news' }] },
    `emit: () => { say({ method: 'news', params: { text: 'hello' } }); return {}; },`,
  );
  const listener = await plugin(
    'listener',
    { subscriptions: ['news', 'warning'], hooks: [{ name: 'rpc_command', filters: ['makesecret'] }] },
    `news: ({ text }) => log('heard ' + text),
  warning: ({ warning }) => log('warned of ' + warning.log.slice(0, 20)),
  rpc_command: () => ({ return: { error: { code: 5, message: 'mine' } } }),`,
  );
  const { rpc } = await launch(`--plugin=${talker}`, `--plugin=${listener}`);
  await rpc.call('emit');
  await daemon!.saw('plugin-listener: heard hello');
  await expect(rpc.call('makesecret', { string: 'x' })).rejects.toMatchObject({ rpcCode: 5 });
  await rpc.call('plugin', ['stop', 'talker']);
  await expect(rpc.call('emit')).rejects.toMatchObject({ rpcCode: -32601 });
});

test('a plugin that dies takes its own calls with it, and an important one the node', async () => {
  const mortal = await writeFakePlugin(folder.path, { on: { fake: 'die' } }, 'mortal');
  const { rpc, exited } = await launch(`--important-plugin=${mortal}`);
  await expect(rpc.call('fake')).rejects.toMatchObject({ rpcCode: -4 });
  expect(await exited).toMatchObject({ code: 1 });
  expect(daemon!.stdout).toContain('**BROKEN** plugin-mortal: Plugin marked as important, shutting down lightningd!');
});

test('a plugin that floods or hangs does not keep the node from answering, nor from ending', async () => {
  const flood = await writeFakePlugin(
    folder.path,
    { on: { fake: 'flood' }, manifest: { subscriptions: ['connect'] } },
    'flood',
  );
  const silent = await writeFakePlugin(
    folder.path,
    { on: { other: 'silent' }, manifest: { rpcmethods: [{ name: 'other', usage: '' }] }, ignoreSigterm: true },
    'silent',
  );
  const { rpc } = await launch(
    `--plugin=${flood}`,
    `--plugin=${silent}`,
    '--log-level=unusual',
    '--log-level=info:lightningd',
  );
  rpc.call('fake').catch(() => {}); // never answered
  rpc.call('other').catch(() => {});
  for (let i = 0; i < 20; i++) expect(await rpc.call('getinfo')).toMatchObject({ network: 'regtest' });
  expect(await daemon!.stop()).toEqual({ code: 0, signal: null });
});

test('a plugin that disables itself is gone without harm, and one that is not dynamic stays', async () => {
  const off = await writeFakePlugin(folder.path, { on: { getmanifest: 'disable' } }, 'off');
  const fixed = await writeFakePlugin(folder.path, { manifest: { dynamic: false } }, 'fixed');
  const { rpc } = await launch(`--plugin=${off}`, `--plugin=${fixed}`);
  expect(await rpc.call('plugin', ['list'])).toMatchObject({
    plugins: [{ name: fixed, active: true, dynamic: false }],
  });
  expect(daemon!.stdout).toContain('plugin-off: Killing plugin: disabled itself: not today');
  await expect(rpc.call('plugin', ['stop', fixed])).rejects.toMatchObject({ rpcCode: -32602 });
});

test('the end waits for a plugin that wants to know of it, unless it is asked for twice', async () => {
  const path = await writeFakePlugin(
    folder.path,
    { manifest: { subscriptions: ['shutdown'] }, onShutdown: 'stay' },
    'stays',
  );
  const { child, exited } = await launch(`--plugin=${path}`);
  child.kill('SIGTERM');
  await daemon!.saw('plugin-stays: told of shutdown');
  child.kill('SIGTERM');
  expect(await exited).toMatchObject({ code: 1 });
});

test('--help has the options of plugins at its end', async () => {
  const options = [{ name: 'greeting', type: 'string', description: 'What to say', default: 'Hi' }];
  const path = await writeFakePlugin(folder.path, { manifest: { options } }, 'greeter');
  const help = new EmbeddedProcess(await prepareDir(join(folder.path, 'help'), bitcoind), [
    '--help',
    `--plugin=${path}`,
  ]);
  expect(await help.exited).toMatchObject({ code: 0 });
  expect(help.stdout.trimEnd()).toMatch(/\n--greeting <arg> +What to say \(default: Hi\)$/);
  expect(help.stdout).toMatch(/^Usage: /);
});
