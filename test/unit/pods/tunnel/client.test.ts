import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Client } from '../../../../src/pods/tunnel/client.js';
import { HttpFramer } from '../../../../src/pods/tunnel/http-framer.js';
import { listen } from '../../../../src/pods/tunnel/listen.js';
import { BITCOIND } from '../../../../src/pods/tunnel/protocols.js';
import { Slots } from '../../../../src/pods/tunnel/slots.js';
import { freePort } from '../../../../src/process/ports.js';

const MOST = 2;
const BRIDGE =
  'process.stdout.write("\\n");const s=require("net").connect(PORT);process.stdin.pipe(s).pipe(process.stdout)';

let daemon: Server;
let port: number;
let close: () => void;
let stopped: number;
/** How many connections the daemon has, and had at the most. */
let open: number;
let most: number;

beforeEach(async () => {
  [open, most, stopped] = [0, 0, 0];
  daemon = createServer((asked, answer) => void echo(asked, answer));
  daemon.on('connection', (socket) => {
    most = Math.max(most, ++open);
    socket.on('close', () => open--);
  });
  await once(daemon.listen(0, '127.0.0.1'), 'listening');
  const code = BRIDGE.replace('PORT', String((daemon.address() as AddressInfo).port));
  const offer = {
    protocol: BITCOIND,
    to: { command: process.execPath, args: ['-e', code] },
    slots: new Slots(MOST),
    onStop: () => void stopped++,
    onHello: () => {},
    onBroken: () => Promise.resolve(),
  };
  port = await freePort();
  close = await listen({ host: '127.0.0.1', port }, (client) => void new Client(client, offer));
});
afterEach(() => {
  close();
  daemon.closeAllConnections();
  daemon.close();
});

async function echo(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
  const body = await buffer(asked);
  await delay(20);
  answer.setHeader('content-length', body.length).end(body);
}

async function ask(agent: Agent, body: string): Promise<string> {
  const sent = request({ host: '127.0.0.1', port, method: 'POST', agent, headers: { 'content-length': body.length } });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
  return String(await buffer(answer));
}

test('more clients of bitcoind than there may be connections to it are all served, and keep their own', async () => {
  const agents = Array.from({ length: 3 * MOST }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const large = 'x'.repeat(1_000_000);
  for (const round of ['1', large])
    expect(await Promise.all(agents.map((agent, index) => ask(agent, `${round}${index}`)))).toEqual(
      agents.map((_, index) => `${round}${index}`),
    );
  expect(most).toBe(MOST);
  for (const agent of agents) agent.destroy();
});

test('stop is answered here, and ends the pod', async () => {
  const agent = new Agent();
  expect(await ask(agent, '{"method":"stop"}')).toContain('Bitcoin Core stopping');
  expect([stopped, most]).toEqual([1, 0]);
  agent.destroy();
});

test('HTTP messages come out whole, however their bytes come in', () => {
  const messages = ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n1\r\n\r\n'];
  const bytes = Buffer.from(messages.join('').repeat(2));
  for (const size of [1, 7, bytes.length]) {
    const framer = new HttpFramer();
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    expect(pieces.flatMap((piece) => [...framer.push(piece)].map(String))).toEqual([...messages, ...messages]);
  }
});
