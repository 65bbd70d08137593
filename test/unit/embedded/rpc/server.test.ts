import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Method } from '../../../../src/embedded/context.js';
import { LogBook } from '../../../../src/embedded/log/log-book.js';
import { helpMethods } from '../../../../src/embedded/methods/help.js';
import { createHandler } from '../../../../src/embedded/rpc/dispatch.js';
import { RpcError } from '../../../../src/embedded/rpc/errors.js';
import { CODE } from '../../../../src/cln/error-codes.js';
import { method } from '../../../../src/embedded/rpc/method.js';
import { hash, string_, u32 } from '../../../../src/embedded/rpc/params.js';
import { commandOf, Registry } from '../../../../src/embedded/rpc/registry.js';
import { RpcServer } from '../../../../src/embedded/rpc/server.js';

let dir: string;
let path: string;
let server: RpcServer;
let book: LogBook;
/** How many calls of `wait` there are. */
let waiting = 0;
let release: (() => void) | undefined;

const methods: readonly Method[] = [
  method({
    name: 'echo',
    category: 'utility',
    params: [{ name: 'text', type: string_, required: true }],
    handle: ({ text }) => ({ text }),
  }),
  method({
    name: 'count',
    category: 'utility',
    params: [{ name: 'to', type: u32, default: 2 }],
    handle: ({ to }, call) => {
      for (let num = 0; num < to; num++) call.notify('progress', { num, total: to });
      call.progress('info', 'done');
      return { to };
    },
  }),
  method({
    name: 'hold',
    category: 'utility',
    params: [],
    handle: async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return {};
    },
  }),
  method({
    name: 'wait',
    category: 'utility',
    params: [],
    handle: async (_, { disconnected }) => {
      waiting++;
      await new Promise((resolve) => disconnected.addEventListener('abort', resolve));
      waiting--;
      return {};
    },
  }),
  method({
    name: 'crash',
    category: 'utility',
    params: [],
    handle: () => {
      throw new TypeError('oops');
    },
  }),
  method({
    name: 'refuse',
    category: 'utility',
    params: [],
    handle: () => {
      throw new RpcError(CODE.PAY_ROUTE_NOT_FOUND, 'no route', { tried: 3 });
    },
  }),
  method({ name: 'secret', category: 'utility', params: [{ name: 'rune', type: hash }], handle: () => ({}) }),
  method({ name: 'old', category: 'utility', params: [], deprecated: true, handle: () => ({}) }),
  method({ name: 'dev', category: 'developer', params: [], developerOnly: true, handle: () => ({}) }),
];

async function start(ask?: (payload: unknown) => object): Promise<void> {
  book = new LogBook();
  const log = book.logger('lightningd');
  const registry = new Registry();
  for (const each of [...methods, ...helpMethods(registry, false)])
    registry.add(commandOf(each, { log, developer: false }));
  const handler = createHandler({
    registry,
    log,
    developer: false,
    ask: async (_, payload) => await Promise.resolve({ ...ask?.(payload) }),
    hasHook: () => ask !== undefined,
  });
  server = new RpcServer(handler, false);
  await server.listen(path, 0o600);
}

/** Sends bytes and reads until the server has closed its side, which it does once all is answered. */
async function talk(...pieces: (string | Buffer)[]): Promise<string> {
  const socket = createConnection({ path, allowHalfOpen: true });
  let received = '';
  const ended = new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk) => (received += chunk.toString('utf8')));
    socket.on('end', resolve);
    socket.on('error', reject);
  });
  for (const piece of pieces) {
    await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  await ended;
  return received;
}

const request = (name: string, params: unknown = {}, id: unknown = 1, more: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method: name, params, ...more });
const call = async (name: string, params?: unknown, more?: object): Promise<Record<string, unknown>> =>
  JSON.parse(await talk(request(name, params, 1, more))) as Record<string, unknown>;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ln-play rpc '));
  path = join(dir, 'lightning-rpc');
  release = undefined;
});
afterEach(async () => {
  server.stopListening();
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

test('answers end with an empty line, and ids come back as they were', async () => {
  await start();
  for (const id of ['"a\\u00e9"', '1e400', '12345678901234567890', 'null', 'true', '""'])
    expect(await talk(`{"jsonrpc":"2.0","id":${id},"method":"echo","params":["x"]}`)).toBe(
      `{"jsonrpc":"2.0","id":${id},"result":{"text":"x"}}\n\n`,
    );
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('requests come in pieces, several at once, and are answered as they are ready', async () => {
  await start();
  const all = Array.from({ length: 50 }, (_, i) => request('echo', [`né ${i}`], i)).join('\n');
  const bytes = Buffer.from(all);
  const replies = await talk(
    ...Array.from({ length: 20 }, (_, i) => bytes.subarray(i * 200, i === 19 ? undefined : i * 200 + 200)),
  );
  expect(replies.trim().split('\n\n')).toHaveLength(50);
  const talking = talk(request('hold', {}, 1), request('echo', ['quick'], 2));
  await expect.poll(() => release).toBeDefined();
  release!();
  expect((await talking).indexOf('quick')).toBeLessThan((await talking).indexOf('"id":1'));
});

test.each([
  ['{}', `JSON-RPC message does not contain "jsonrpc" field: '{}'`],
  ['[1]', `JSON-RPC message does not contain "jsonrpc" field: '[1]'`],
  ['foo}', "Failed to parse RPC JSON response 'foo}'"],
  ['{"a" 1}', `Failed to parse RPC JSON response '{"a" 1}'`],
  ['{]', "Failed to parse RPC JSON response '{]'"],
  ['{"jsonrpc":"2.0"}', 'No id'],
  ['{"jsonrpc":"1.0","id":1}', 'jsonrpc: "2.0" must be specified in the request'],
  ['{"jsonrpc":"2.0","id":[1]}', 'Expected string/primitive for id'],
])('%s is answered with why it is no request', async (text, message) => {
  await start();
  expect(JSON.parse(await talk(text))).toEqual({ jsonrpc: '2.0', id: null, error: { code: -32600, message } });
});

test('what is no JSON ends the connection, what is only wrong does not', async () => {
  await start();
  expect(await talk('}', request('echo', ['x']))).not.toContain('result');
  expect(await talk('{"jsonrpc":"2.0"}', request('echo', ['x']))).toContain('result');
});

test.each([
  [{ id: 1 }, -32600, 'No method'],
  [{ id: 1, method: 'echo' }, -32600, 'No params'],
  [{ id: 1, method: 5, params: {} }, -32600, 'Expected string for method'],
  [{ id: 1, method: 'nosuch', params: {} }, -32601, "Unknown command 'nosuch'"],
  [
    { id: 1, method: 'splicein', params: {} },
    -32601,
    "Unknown command 'splicein': Core Lightning has it, the embedded lightningd has not (LDK has no splicing)",
  ],
  [{ id: 1, method: 'old', params: {} }, -32601, 'Command "old" is deprecated'],
  [{ id: 1, method: 'dev', params: {} }, -32601, 'Command "dev" is developer-only'],
  [{ id: 1, method: 'echo', params: [] }, -32602, 'missing required parameter: text'],
])('%j is refused', async (given, code, message) => {
  await start();
  expect(JSON.parse(await talk(JSON.stringify({ jsonrpc: '2.0', ...given })))).toMatchObject({
    id: 1,
    error: { code, message },
  });
});

test('errors come with their data; a bug is an error too, and a broken line', async () => {
  await start();
  expect(await call('refuse')).toMatchObject({ error: { code: 205, message: 'no route', data: { tried: 3 } } });
  expect(await call('crash')).toMatchObject({ error: { code: -1, message: 'Internal error in crash: oops' } });
  expect(book.entries().at(-1)).toMatchObject({
    level: 'broken',
    text: expect.stringMatching(/^Uncaught error in command crash: TypeError: oops \|/) as string,
  });
});

test('a parameter that may be a secret is told to the log alone, but to check', async () => {
  await start();
  const why = 'rune: should be a 32 byte hex value: invalid token';
  expect(await call('secret', { rune: 'mine' })).toMatchObject({ error: { message: `${why} (see logs for details)` } });
  expect(book.entries().at(-1)?.text).toBe(
    'JSON COMMAND secret: Invalid parameter rune (should be a 32 byte hex value): token \'"mine"\'',
  );
  expect(await call('check', { command_to_check: 'secret', rune: 'mine' })).toMatchObject({
    error: { message: `${why} '"mine"'` },
  });
  expect(await call('check', ['echo', 'x'])).toMatchObject({ result: { command_to_check: 'echo' } });
});

test('notifications come once they are enabled, before the answer', async () => {
  await start();
  expect(await talk(request('count'))).not.toContain('progress');
  const lines = (await talk(request('notifications', [true], 0), request('count', [], 'c'))).trim().split('\n\n');
  expect(lines.filter((line) => line.includes('"c"')).map((line) => JSON.parse(line) as unknown)).toEqual([
    { jsonrpc: '2.0', method: 'progress', params: { id: 'c', num: 0, total: 2 } },
    { jsonrpc: '2.0', method: 'progress', params: { id: 'c', num: 1, total: 2 } },
    { jsonrpc: '2.0', method: 'message', params: { id: 'c', level: 'info', message: 'done' } },
    { jsonrpc: '2.0', id: 'c', result: { to: 2 } },
  ]);
});

test('deprecations are a matter of the connection', async () => {
  await start();
  expect(await talk(request('deprecations', [true]), request('old'))).not.toContain('error');
  expect(await talk(request('old'))).toContain('deprecated');
});

test('a filter leaves out the rest', async () => {
  await start();
  expect(await call('help', ['echo'], { filter: { help: [{ command: true }] } })).toMatchObject({
    result: { help: [{ command: 'echo text' }] },
  });
  expect((await call('echo', ['x'], { filter: 5 }))['error']).toMatchObject({ code: -32602 });
});

test('the rpc_command hook answers, replaces, or does nothing', async () => {
  let answer: object = { result: 'continue' };
  let seen: unknown;
  await start((payload) => ((seen = payload), answer));
  expect(await call('echo', ['x'])).toMatchObject({ result: { text: 'x' } });
  expect(seen).toEqual({ rpc_command: { jsonrpc: '2.0', id: 1, method: 'echo', params: ['x'] } });
  answer = { return: { result: { mine: true } } };
  expect(await call('echo', ['x'])).toMatchObject({ result: { mine: true } });
  answer = { return: { error: { code: 7, message: 'no' } } };
  expect(await call('echo', ['x'])).toMatchObject({ error: { code: 7, message: 'no' } });
  answer = { replace: { jsonrpc: '2.0', id: 1, method: 'echo', params: { text: 'other' } } };
  expect(await call('echo', ['x'])).toMatchObject({ result: { text: 'other' } });
  answer = { replace: { method: 'nosuch', params: {}, id: 1 } };
  expect((await call('echo', ['x']))['error']).toMatchObject({
    code: -32600,
    message: expect.stringMatching(/^Bad response to 'rpc_command' hook: redirected to unknown method/) as string,
  });
});

test('a socket that is served is not taken over, a dead one is', async () => {
  await start();
  const second = new RpcServer(async () => await Promise.resolve('{}'), true);
  await expect(second.listen(path, 0o600)).rejects.toThrow(`rpc filename '${path}' in use`);
  await expect(second.listen(join(dir, 'x'.repeat(120)), 0o600)).rejects.toThrow(/too long: \d+ bytes, \d+ too many/);
});

test('a client that leaves in the middle disturbs nobody', async () => {
  await start();
  const socket = createConnection(path);
  socket.write(request('hold'));
  await expect.poll(() => release).toBeDefined();
  socket.destroy();
  release!();
  expect(await call('echo', ['x'])).toMatchObject({ result: { text: 'x' } });
});

test.each([
  ['with its connection', (socket: Socket) => socket.destroy()],
  ['after it had said that it will send no more', (socket: Socket) => socket.end(() => socket.destroy())],
])('the waits of a client end that goes %s', async (_how, leave) => {
  await start();
  const socket = createConnection({ path, allowHalfOpen: true });
  socket.write(request('wait') + request('wait'));
  await expect.poll(() => waiting).toBe(2);
  leave(socket);
  await expect.poll(() => waiting, { timeout: 10_000 }).toBe(0);
});

test('a client that will send no more, but is there, gets its answer', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    await start();
    const talking = talk(request('hold'), request('wait'));
    await expect.poll(() => waiting).toBe(1);
    for (let looks = 0; looks < 3; looks++) {
      await call('echo', ['x']); // by then it has seen the end of the other's
      vi.advanceTimersByTime(1_000);
    }
    release!();
    await call('echo', ['x']);
    expect(waiting).toBe(1);
    server.stopListening();
    await server.close();
    expect(await talking).toBe('{"jsonrpc":"2.0","id":1,"result":{}}\n\n');
  } finally {
    vi.useRealTimers();
  }
});
