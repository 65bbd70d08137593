import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BitcoindRpc, BitcoinRpcError } from '../../../src/rpc/bitcoind.js';
import { FakeBitcoind, type BitcoindAnswer, type BitcoindCall } from '../../fakes/bitcoind-http.js';

let dir: string;
let cookieFile: string;
let bitcoind: FakeBitcoind;
let rpc: BitcoindRpc;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ln-play-bitcoind-'));
  cookieFile = join(dir, '.cookie');
  await writeFile(cookieFile, '__cookie__:first');
  bitcoind = await new FakeBitcoind(() => ({ result: null })).listen();
  rpc = new BitcoindRpc({ host: '127.0.0.1', port: bitcoind.port, auth: { cookieFile } });
});
afterEach(async () => {
  rpc.close();
  await bitcoind.close();
  await rm(dir, { recursive: true });
});
const answer = (with_: (call: BitcoindCall) => BitcoindAnswer) => (bitcoind.answer = with_);
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

test('calls with the cookie, for a wallet too', async () => {
  answer(({ method }) => ({ result: method }));
  expect(await rpc.call('getblockcount')).toBe('getblockcount');
  expect(await rpc.call('getbalances', [], 'my wallet')).toBe('getbalances');
  expect(bitcoind.calls).toEqual([
    { method: 'getblockcount', params: [], path: '/', authorization: basic('__cookie__:first') },
    { method: 'getbalances', params: [], path: '/wallet/my%20wallet', authorization: basic('__cookie__:first') },
  ]);
});

test('or with user and password', async () => {
  const other = new BitcoindRpc({ host: '127.0.0.1', port: bitcoind.port, auth: { user: 'u', password: 'p' } });
  await other.call('x');
  other.close();
  expect(bitcoind.calls[0]!.authorization).toBe(basic('u:p'));
});

test('an error keeps its code and message', async () => {
  answer(() => ({ error: { code: -6, message: 'Insufficient funds' } }));
  const error = await rpc.call('sendtoaddress').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BitcoinRpcError);
  expect(error).toMatchObject({ rpcCode: -6, message: 'bitcoind: sendtoaddress: Insufficient funds (code -6)' });
});

test('reads the cookie again when bitcoind was started again', async () => {
  await rpc.call('one');
  await writeFile(cookieFile, '__cookie__:second');
  answer(({ authorization }) => {
    if (authorization === basic('__cookie__:second')) return { result: 2 };
    return (response) => response.writeHead(401).end();
  });
  expect(await rpc.call('two')).toBe(2);
});

test.each([401, 403])('credentials that are refused for good (HTTP %i)', async (status) => {
  answer(() => (response) => response.writeHead(status).end());
  await expect(rpc.call('x')).rejects.toMatchObject({
    code: 'CONNECTION',
    message: `bitcoind at 127.0.0.1:${bitcoind.port} refuses our credentials (HTTP ${status})`,
  });
});

test('a full work queue is told in its own words', async () => {
  answer(() => (response) => response.writeHead(503).end('Work queue depth exceeded'));
  await expect(rpc.call('x')).rejects.toMatchObject({
    code: 'CONNECTION',
    message: 'bitcoind answered x with HTTP 503: Work queue depth exceeded',
  });
});

test('an answer in pieces, of several megabytes', async () => {
  const big = 'ä'.repeat(2_000_000);
  answer(() => (response) => {
    const bytes = Buffer.from(JSON.stringify({ result: big, error: null, id: 1 }));
    const middle = Math.floor(bytes.length / 2) + 1; // within a character
    response.write(bytes.subarray(0, middle), () => response.end(bytes.subarray(middle)));
  });
  expect(await rpc.call('getblock')).toBe(big);
});

test('a connection that breaks, before the answer and within it', async () => {
  answer(() => (response) => response.destroy());
  await expect(rpc.call('x')).rejects.toMatchObject({ code: 'CONNECTION' });
  answer(() => (response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"result":', () => response.destroy());
  });
  await expect(rpc.call('x')).rejects.toMatchObject({ code: 'CONNECTION' });
});

test('no cookie, and nobody at the port', async () => {
  await bitcoind.close();
  await expect(rpc.call('x')).rejects.toMatchObject({
    code: 'CONNECTION',
    message: `bitcoind does not answer at 127.0.0.1:${bitcoind.port} (ECONNREFUSED)`,
  });
  await rm(cookieFile);
  const other = new BitcoindRpc({ host: '127.0.0.1', port: bitcoind.port, auth: { cookieFile } });
  await expect(other.call('x')).rejects.toMatchObject({
    code: 'CONNECTION',
    message: `bitcoind is not running: it has written no cookie ${cookieFile}`,
  });
});
