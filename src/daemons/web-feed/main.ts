/**
 * A plugin that tells what happens on its node to whoever listens at a unix socket: each notification as a line of JSON,
 * `{ node, topic, params }`. It ends when nobody listens any more. It never holds up its node: where the listener is slow,
 * notifications are dropped and counted, and the next line says how many.
 */
import { createConnection, type Socket } from 'node:net';
import { JsonFramer } from '../../rpc/framing.js';
import { encodeMessage, isObject, type JsonObject } from '../../rpc/json-rpc.js';
import { TOPICS } from './topics.js';

const OPTIONS = { socket: 'web-feed-socket', node: 'web-feed-node' } as const;
/** How many bytes may wait for the listener. */
const MOST_WAITING = 4_000_000;

const manifest = {
  dynamic: true,
  nonnumericids: true,
  options: [
    { name: OPTIONS.socket, type: 'string', description: 'the unix socket to tell what happens' },
    { name: OPTIONS.node, type: 'string', description: 'what the node is called there' },
  ],
  rpcmethods: [],
  subscriptions: TOPICS,
};

let listener: Socket | undefined;
let node = '';
let dropped = 0;

function tell(topic: string, params: unknown): void {
  if (!listener || listener.writableLength > MOST_WAITING) return void dropped++;
  listener.write(`${JSON.stringify({ node, topic, params, ...(dropped > 0 && { dropped }) })}\n`);
  dropped = 0;
}

async function connect(path: string): Promise<object> {
  const socket = createConnection(path);
  try {
    await new Promise<void>((resolve, reject) => void socket.once('connect', resolve).once('error', reject));
  } catch {
    return { disable: 'nobody listens' };
  }
  socket.on('error', () => {}); // then it is closed
  socket.on('close', () => process.exit(0));
  socket.resume();
  listener = socket;
  tell('hello', {});
  return {};
}

async function answer({ id, method, params }: JsonObject): Promise<void> {
  if (id === undefined) {
    if (method === 'shutdown') process.exit(0);
    return tell(String(method), params);
  }
  let result: object = manifest;
  if (method === 'init') {
    const options = isObject(params) && isObject(params['options']) ? params['options'] : {};
    node = String(options[OPTIONS.node]);
    result = await connect(String(options[OPTIONS.socket]));
  }
  process.stdout.write(encodeMessage({ jsonrpc: '2.0', id, result }), () => {
    if ('disable' in result) process.exit(0);
  });
}

const framer = new JsonFramer();
process.stdin.on('data', (chunk: Buffer) => {
  for (const text of framer.push(chunk)) void answer(JSON.parse(text) as JsonObject);
});
process.stdin.on('end', () => process.exit(0));
