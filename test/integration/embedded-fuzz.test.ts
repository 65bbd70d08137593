import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bitcoind } from '../../src/daemons/bitcoind.js';
import { EmbeddedProcess, prepareDir, startBitcoind } from './embedded/process.js';
import { Random } from './embedded/random.js';
import { useTemporaryFolder } from './support.js';

const folder = useTemporaryFolder();
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_123);
let bitcoind: Bitcoind;
let daemon: EmbeddedProcess;
let commands: { name: string; params: string[] }[];

/** Commands that end the daemon or wait for what never comes. */
const LEFT_OUT = new Set(['stop', 'waitanyinvoice', 'waitinvoice', 'waitblockheight', 'wait', 'waitsendpay']);

beforeAll(async () => {
  bitcoind = await startBitcoind(folder.path);
  const dir = await prepareDir(join(folder.path, 'l1'), bitcoind, 'log-level=info');
  daemon = await new EmbeddedProcess(dir, ['--developer']).ready();
  const { help } = (await daemon.rpc.call('help')) as { help: { command: string }[] };
  commands = help
    .map(({ command }) => command.replaceAll(/[[\]]/g, '').split(' '))
    .map(([name = '', ...params]) => ({ name, params: params.filter((param) => param !== '') }))
    .filter(({ name }) => !LEFT_OUT.has(name));
});
afterAll(async () => {
  await daemon.stop();
  await bitcoind.daemon.stop();
  bitcoind.close();
});

/** Sends bytes on a connection of its own and waits until the daemon has closed it. */
async function throwAt(bytes: Buffer): Promise<string> {
  const socket = createConnection({ path: daemon.rpc.path, allowHalfOpen: true });
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString('utf8')));
  socket.on('error', () => {}); // the daemon may close before it has read all
  socket.end(bytes);
  await new Promise<void>((resolve) => socket.on('end', resolve).on('close', () => resolve()));
  socket.destroy();
  return received;
}

async function expectAlive(): Promise<void> {
  expect(await daemon.rpc.call('getinfo', {}, { timeoutMs: 60_000 })).toMatchObject({ network: 'regtest' });
  expect(daemon.stdout).not.toContain('**BROKEN**');
}

test(`malformed JSON does not disturb it (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  const valid = () =>
    Buffer.from(
      JSON.stringify({ jsonrpc: '2.0', id: random.json(), method: random.pick(commands).name, params: random.json() }),
    );
  for (let i = 0; i < 1_000; i++) {
    const bytes = random.chance(0.3) ? random.bytes(random.below(200)) : random.mutate(valid());
    await throwAt(bytes);
  }
  await expectAlive();
});

test(`random parameters of every command are answered (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  for (let round = 0; round < 60; round++) {
    const requests = commands.map(({ name, params }, i) => ({
      jsonrpc: '2.0',
      id: i,
      method: name,
      params: random.chance(0.5)
        ? params.slice(0, random.below(params.length + 2)).map(() => random.value())
        : Object.fromEntries(
            params.filter(() => random.chance(0.6)).map((param): [string, unknown] => [param, random.value()]),
          ),
    }));
    const replies = await throwAt(Buffer.from(requests.map((request) => JSON.stringify(request)).join('')));
    expect(replies.split('\n\n').filter((reply) => reply !== '')).toHaveLength(requests.length);
  }
  await expectAlive();
});

test('giant and deep requests are answered or refused', async () => {
  const deep = (open: string, close: string, depth: number): Buffer =>
    Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"help","params":${open.repeat(depth)}1${close.repeat(depth)}}`);
  expect(await throwAt(deep('[', ']', 1_000_000))).toContain('Failed to parse');
  expect(await throwAt(deep('{"a":', '}', 100_000))).toContain('Failed to parse');
  expect(await throwAt(Buffer.alloc(1_000_000, '['))).toBe('');
  const long = 'x'.repeat(8 * 1024 * 1024);
  const big = { jsonrpc: '2.0', id: 1, method: 'datastore', params: { key: 'big', string: long } };
  expect((await throwAt(Buffer.from(JSON.stringify(big)))).length).toBeGreaterThan(long.length);
  const wide = { jsonrpc: '2.0', id: 1, method: 'help', params: Array.from({ length: 500_000 }, (_, i) => i) };
  expect(await throwAt(Buffer.from(JSON.stringify(wide)))).toContain('too many parameters: got 500000, expected 1');
  await expectAlive();
});

test('clients that hang up, or never finish, do not disturb it', async () => {
  const idle = Array.from({ length: 100 }, () => createConnection(daemon.rpc.path));
  for (const [i, socket] of idle.entries()) {
    socket.on('error', () => {});
    socket.write('{"jsonrpc":"2.0","id":1,"method":"getlog","params":["debug"]}'.slice(0, (i % 70) + 1));
    if (i % 2 === 0) socket.destroy();
  }
  await expectAlive();
  for (const socket of idle) socket.destroy();
});
