import { JsonFramer } from '../../rpc/framing.js';
import { encodeMessage, isObject } from '../../rpc/json-rpc.js';
import { HttpFramer } from './http-framer.js';

/** A message, whole. */
export type Message = string | Buffer;

/** How a daemon is spoken to: what a client of it writes, and what comes back, message by message. */
export interface Protocol {
  readonly framer: () => { push(chunk: Buffer): Iterable<Message> };
  /** How a request is passed on. */
  readonly sent: (request: Message) => Message;
  /** Whether what came back answers a request. */
  readonly isAnswer: (message: Message) => boolean;
  /** How a request to stop is answered; undefined for any other one. */
  readonly stopAnswer: (request: Message) => string | undefined;
}

/** A reply of more bytes is no notification. */
const LARGE = 4_000;

/** lightningd-rpc(7) */
export const LIGHTNINGD: Protocol = {
  framer: () => new JsonFramer(),
  sent: (text) => `${String(text)}\n\n`,
  isAnswer: (text) => {
    if (text.length > LARGE) return true;
    const message: unknown = JSON.parse(String(text));
    return !(isObject(message) && 'method' in message);
  },
  stopAnswer: (text) => {
    if (!text.includes('"stop"')) return undefined; // most are not looked at twice
    const request: unknown = JSON.parse(String(text));
    if (!isObject(request) || request['method'] !== 'stop') return undefined;
    const id = request['id'] as string | number;
    return encodeMessage({ jsonrpc: '2.0', id, result: 'Shutdown complete' });
  },
};

/** As our own client writes it (rpc/bitcoind.ts). */
const STOP = '"method":"stop"';
const STOPPING = JSON.stringify({ result: 'Bitcoin Core stopping', error: null, id: null });
const STOPPED = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${STOPPING.length}\r\nconnection: close\r\n\r\n${STOPPING}`;

/** An answer of these is followed by another (RFC 9110, 15.2). */
const INTERIM = 'HTTP/1.1 1';

/** JSON-RPC over HTTP. */
export const BITCOIND: Protocol = {
  framer: () => new HttpFramer(),
  sent: (message) => message,
  isAnswer: (message) => !message.slice(0, INTERIM.length).toString().startsWith(INTERIM),
  stopAnswer: (message) => (message.includes(STOP) ? STOPPED : undefined),
};
