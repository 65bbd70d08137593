import { stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bitcoind } from '../../src/daemons/bitcoind.js';
import { EmbeddedProcess, prepareDir, startBitcoind } from './embedded/process.js';
import { useTemporaryFolder } from './support.js';

const folder = useTemporaryFolder();
let bitcoind: Bitcoind;
let dir: string;
let daemon: EmbeddedProcess;

beforeAll(async () => {
  bitcoind = await startBitcoind(folder.path);
  dir = await prepareDir(join(folder.path, 'l1'), bitcoind, 'allow-deprecated-apis=false');
  daemon = await new EmbeddedProcess(dir).ready();
});
afterAll(async () => {
  await daemon.stop();
  await bitcoind.daemon.stop();
  bitcoind.close();
});

/** Writes as one and reads what comes until the daemon has answered all and closed its side. */
async function talk(text: string): Promise<string[]> {
  const socket = createConnection({ path: daemon.rpc.path, allowHalfOpen: true });
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString('utf8')));
  socket.end(text);
  await new Promise<void>((resolve, reject) => socket.on('end', resolve).on('error', reject));
  return received.split('\n\n').slice(0, -1);
}

test('the socket is for its owner alone', async () => {
  expect((await stat(daemon.rpc.path)).mode & 0o777).toBe(0o600);
  expect((await stat(join(dir, 'regtest'))).mode & 0o077).toBe(0o055 & (await stat(join(dir, 'regtest'))).mode);
});

test('commands are listed, checked, and answered by name and by position', async () => {
  const { help } = (await daemon.rpc.call('help')) as { help: { command: string }[] };
  expect(help.map(({ command }) => command)).toContain('datastore key [string] [hex] [mode] [generation]');
  expect(await daemon.rpc.call('check', ['datastore', 'k', 'v'])).toEqual({ command_to_check: 'datastore' });
  expect(await daemon.rpc.call('datastore', ['k', 'v'])).toMatchObject({ key: ['k'], string: 'v', generation: 0 });
  expect(await daemon.rpc.call('listdatastore', { key: 'k' })).toMatchObject({ datastore: [{ string: 'v' }] });
  await expect(daemon.rpc.call('splicein', {})).rejects.toMatchObject({ rpcCode: -32601 });
});

test('a hundred requests in one write are all answered', async () => {
  const requests = Array.from({ length: 100 }, (_, i) => ({ jsonrpc: '2.0', id: i, method: 'getinfo', params: [] }));
  const replies = await talk(requests.map((request) => JSON.stringify(request)).join(''));
  expect(new Set(replies.map((reply) => (JSON.parse(reply) as { id: number }).id)).size).toBe(100);
});

test('what it was told is on disk when it answers', async () => {
  await daemon.rpc.call('datastore', { key: ['kill', '9'], hex: 'c0ffee', mode: 'create-or-replace' });
  daemon.child.kill('SIGKILL');
  await daemon.exited;
  daemon.rpc.close();
  daemon = await new EmbeddedProcess(dir).ready();
  expect(await daemon.rpc.call('listdatastore', { key: ['kill', '9'] })).toMatchObject({
    datastore: [{ hex: 'c0ffee' }],
  });
});

test('getlog has what the log has', async () => {
  const { log } = (await daemon.rpc.call('getlog', { level: 'info' })) as { log: { type: string; log: string }[] };
  expect(log.some(({ log: text }) => text.startsWith('Server started with public key'))).toBe(true);
  expect(log.every(({ type }) => type !== 'DEBUG')).toBe(true);
});

test('stop is answered before the socket goes', async () => {
  expect(await talk('{"jsonrpc":"2.0","id":"s","method":"stop","params":[]}')).toEqual([
    '{"jsonrpc":"2.0","id":"s","result":{"result":"Shutdown complete"}}',
  ]);
  expect(await daemon.exited).toEqual({ code: 0, signal: null });
  daemon.rpc.close();
  daemon = await new EmbeddedProcess(dir).ready();
});
