import { dir } from 'tmp-promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callPlugin } from '../../../src/plugins/call/call.js';
import { writeFakePlugin, writeScript } from '../../fakes/plugins/support.js';

let folder: string;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ path: folder, cleanup } = await dir({ prefix: 'ln-play-test-', unsafeCleanup: true }));
});
afterAll(() => cleanup());

/** A plugin whose method `ask` makes the RPC that it is told to, and answers what came of it. */
const ASKER = `#!${process.execPath}
const { createConnection } = require('node:net');
let folder;
const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n\\n');
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  if (!line) return;
  const { id, method, params } = JSON.parse(line);
  if (method === 'getmanifest')
    say({ id, result: { options: [], rpcmethods: [{ name: 'ask', usage: 'method' }], dynamic: true } });
  if (method === 'init') { folder = params.configuration; say({ id, result: {} }); }
  if (method === 'ask')
    createConnection(folder['lightning-dir'] + '/' + folder['rpc-file'])
      .on('data', (reply) => { const { result, error } = JSON.parse(reply); say(error ? { id, error } : { id, result }); })
      .write(JSON.stringify({ jsonrpc: '2.0', id: 'x', method: params[0], params: {} }));
});
`;

describe('callPlugin', () => {
  it('returns what the method answers, and what it logged', async () => {
    const file = await writeFakePlugin(folder, { answer: 'forty-two', stderr: 'on stderr' });
    const { result, stderr } = await callPlugin(file, 'fake', { a: 1 });
    expect(result).toEqual({ answer: 'forty-two', params: { a: 1 } });
    expect(stderr).toEqual(['on stderr']);
  });

  it('asks a hook, and tells of a notification', async () => {
    const file = await writeFakePlugin(folder, { manifest: { hooks: ['htlc_accepted'], subscriptions: ['connect'] } });
    expect((await callPlugin(file, 'htlc_accepted', {})).result).toEqual({ result: 'continue' });
    const told = await callPlugin(file, 'connect', {});
    expect(told.result).toBeUndefined();
    expect(told.logs).toContainEqual({ level: 'info', line: 'told of connect' });
  });

  it('answers the RPCs it makes from the table, from the answers given, or with a clear error', async () => {
    const file = await writeScript(folder, 'asker.cjs', ASKER);
    expect((await callPlugin(file, 'ask', ['getinfo'])).result).toMatchObject({ network: 'regtest' });
    const answers = { listpeers: { peers: ['mine'] } };
    expect((await callPlugin(file, 'ask', ['listpeers'], { answers })).result).toEqual({ peers: ['mine'] });
    await expect(callPlugin(file, 'ask', ['nonsense'])).rejects.toMatchObject({
      rpcCode: -32601,
      message: expect.stringMatching(/Unknown command 'nonsense': there is no node here.*--rpc/),
    });
  });

  it.each([
    ['fake', { on: { fake: 'error' } }, { code: 'RPC', message: /no, thank you/ }],
    ['fake', { on: { fake: 'die' } }, { code: 'PLUGIN', message: /before it answered fake, it exited with code 1/ }],
    ['fake', { on: { fake: 'silent' } }, { code: 'PLUGIN', message: /did not answer fake within/ }],
    [
      'htlc_accepted',
      { manifest: { hooks: ['htlc_accepted'] }, on: { htlc_accepted: 'die' } },
      { code: 'PLUGIN', message: /before it answered htlc_accepted, it exited with code 1/ },
    ],
    ['fake', { on: { init: 'die' } }, { code: 'PLUGIN', message: /before it answered init/ }],
    ['other', {}, { code: 'USAGE', message: /no method, hook or subscription "other"/, hint: /methods: fake/ }],
  ] as const)('%s of %j', async (method, behaviour, { code, message, ...more }) => {
    const file = await writeFakePlugin(folder, behaviour);
    await expect(callPlugin(file, method, [], { callTimeoutMs: 3_000 })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      ...('hint' in more && { hint: expect.stringMatching(more.hint) }),
    });
  });
});
