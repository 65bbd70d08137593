import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LightningRpcError, LightningSocket } from '../../../src/rpc/lightning-socket.js';
import { FakeLightningdSocket, resultFor, type Request } from '../../fakes/lightningd-socket.js';

let dir: string;
let path: string;
let server: FakeLightningdSocket | undefined;
let rpc: LightningSocket;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lnp-'));
  path = join(dir, 'rpc');
  rpc = new LightningSocket(path, 'l1');
});
afterEach(async () => {
  rpc.close();
  await server?.close();
  server = undefined;
  await rm(dir, { recursive: true });
});
const serve = async (onRequest: (request: Request, socket: Socket) => void): Promise<FakeLightningdSocket> => {
  server = await new FakeLightningdSocket(onRequest).listen(path);
  return server;
};

test('calls a method, and gives its result', async () => {
  const { requests } = await serve((request, socket) => socket.write(resultFor(request, { alias: 'l1' })));
  expect(await rpc.call('getinfo', { a: 1 })).toEqual({ alias: 'l1' });
  expect(requests).toEqual([
    { jsonrpc: '2.0', id: expect.stringContaining('getinfo') as string, method: 'getinfo', params: { a: 1 } },
  ]);
});

test('a reply in pieces, two in one piece, in another order', async () => {
  const waiting: Request[] = [];
  await serve((request, socket) => {
    waiting.push(request);
    if (waiting.length < 3) return;
    const text = waiting
      .toReversed()
      .map((each) => resultFor(each, `ä ${each.method}`))
      .join('');
    const bytes = Buffer.from(text);
    let sent = 0;
    const next = (): void => {
      if (sent === bytes.length) return;
      socket.write(bytes.subarray(sent, ++sent), next);
    };
    next();
  });
  const results = await Promise.all(['a', 'b', 'c'].map((method) => rpc.call(method)));
  expect(results).toEqual(['ä a', 'ä b', 'ä c']);
  expect(server!.connected).toBe(1);
});

test('several megabytes', async () => {
  const big = { list: Array.from({ length: 100_000 }, (_, i) => ({ i, text: 'x'.repeat(50) })) };
  await serve((request, socket) => socket.write(resultFor(request, big)));
  expect(await rpc.call('listpays')).toEqual(big);
});

test('an error keeps its code, message and data', async () => {
  await serve(({ id }, socket) =>
    socket.write(JSON.stringify({ id, error: { code: 205, message: 'No path', data: { erring: 1 } } })),
  );
  const error = await rpc.call('pay').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(LightningRpcError);
  expect(error).toMatchObject({
    code: 'RPC',
    rpcCode: 205,
    message: 'l1: pay: No path (code 205)',
    data: { erring: 1 },
    method: 'pay',
  });
});

test('the raw reply keeps every digit', async () => {
  await serve(({ id }, socket) => socket.write(`{"id":${JSON.stringify(id)},"result":18446744073709551615}`));
  expect(await rpc.callRaw('big')).toContain('18446744073709551615');
});

test.each(['before it says anything', 'in the middle of a reply'])('a socket that closes %s', async (when) => {
  await serve((_request, socket) => socket.end(when.startsWith('in') ? '{"jsonrpc":"2.0","id":' : ''));
  await expect(rpc.call('getinfo')).rejects.toMatchObject({
    code: 'CONNECTION',
    message: expect.stringMatching(/^l1 closed its RPC socket before it answered getinfo/) as string,
  });
});

test('the next call after a lost connection connects again', async () => {
  let count = 0;
  await serve((request, socket) => void (++count === 1 ? socket.destroy() : socket.write(resultFor(request, count))));
  await expect(rpc.call('getinfo')).rejects.toMatchObject({ code: 'CONNECTION' });
  expect(await rpc.call('getinfo')).toBe(2);
  expect(server!.connected).toBe(2);
});

test('all calls that are under way fail when the connection is lost', async () => {
  await serve((_request, socket) => {
    if (server!.requests.length === 3) socket.destroy();
  });
  const calls = await Promise.allSettled(['a', 'b', 'c'].map((method) => rpc.call(method)));
  expect(calls.map((call) => call.status === 'rejected' && (call.reason as Error).message)).toEqual(
    ['a', 'b', 'c'].map((method) => expect.stringContaining(`before it answered ${method}`) as string),
  );
});

test('an answer that never comes: a time limit, or a signal', async () => {
  await serve(() => {});
  await expect(rpc.call('waitinvoice', {}, { timeoutMs: 20 })).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: 'l1 did not answer waitinvoice within 20 ms',
  });
  const stop = new AbortController();
  const waiting = rpc.call('waitinvoice', {}, { signal: stop.signal });
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(rpc.call('waitinvoice', {}, { signal: stop.signal })).rejects.toMatchObject({ code: 'ABORTED' });
});

test('an answer that comes too late harms no other call', async () => {
  let late: (() => void) | undefined;
  await serve((request, socket) => {
    if (request.method === 'slow') late = () => socket.write(resultFor(request, 'slow'));
    else {
      late?.();
      socket.write(resultFor(request, 'quick'));
    }
  });
  await expect(rpc.call('slow', {}, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(await rpc.call('quick')).toBe('quick');
});

test('what is not JSON breaks the connection with a message', async () => {
  await serve((_request, socket) => socket.write('Segmentation fault\n'));
  await expect(rpc.call('getinfo')).rejects.toMatchObject({
    code: 'CONNECTION',
    message: expect.stringContaining('not JSON: "Segmentation fault') as string,
  });
});

test('brackets that balance and still are not JSON fail the call, not the process', async () => {
  await serve((_request, socket) => socket.write('{not json}\n'));
  await expect(rpc.call('getinfo')).rejects.toMatchObject({ code: 'CONNECTION' });
});

test('a reply with neither result nor error', async () => {
  await serve(({ id }, socket) => socket.write(JSON.stringify({ id })));
  await expect(rpc.call('getinfo')).rejects.toMatchObject({ code: 'CONNECTION' });
});

test('notifications go to the call that they are for', async () => {
  await serve((request, socket) => {
    socket.write(JSON.stringify({ method: 'message', params: { id: request.id, level: 'info', message: 'half way' } }));
    socket.write(JSON.stringify({ method: 'message', params: { id: 'another' } }) + resultFor(request, 1));
  });
  const seen: unknown[] = [];
  await rpc.call('pay', {}, { onNotification: (method, params) => seen.push([method, params]) });
  expect(seen).toEqual([['message', expect.objectContaining({ message: 'half way' })]]);
});

test('no socket, and one that nobody listens on', async () => {
  const missing = { code: 'CONNECTION', message: `l1 is not running: nothing answers at ${path}` };
  await expect(rpc.call('getinfo')).rejects.toMatchObject(missing);
  await writeFile(path, '');
  await expect(rpc.call('getinfo')).rejects.toMatchObject(missing);
});

test.skipIf(process.getuid?.() === 0)('no permission (skipped: root may do all)', async () => {
  await serve(() => {});
  await chmod(path, 0);
  await expect(rpc.call('getinfo')).rejects.toMatchObject({
    code: 'CONNECTION',
    message: expect.stringContaining('no permission') as string,
  });
});
