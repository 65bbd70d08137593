import { isObject, type JsonObject, type RpcId } from '../rpc/json-rpc.js';
import { textOf } from '../cln/json.js';

/** Who speaks JSON-RPC with whom: lightningd, a plugin of it, or a client on its RPC socket. */
export type Party = 'node' | 'plugin' | 'client';

/** What a message is; `invalid` is JSON that is not JSON-RPC. */
export type MessageKind = 'request' | 'notification' | 'result' | 'error' | 'invalid';

/** One message that went by. A result or error carries the method that it answers, and how long that took. */
export interface SeenMessage {
  /** When it was complete, in ms since 1970. */
  readonly time: number;
  readonly from: Party;
  readonly to: Party;
  readonly kind: MessageKind;
  readonly method?: string;
  readonly id?: RpcId;
  /** From the request to this answer of it, in ms. */
  readonly latencyMs?: number;
  /** The message itself, as parsed. */
  readonly message: unknown;
}

/** Reads the messages of one connection, and finds for each answer the request that it is for. */
export class Correlator {
  readonly #open = new Map<string, { readonly method: string; readonly time: number }>();

  /** Takes the next message, in the order in which they went by. */
  see(text: string, from: Party, to: Party, time: number = now()): SeenMessage {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return { time, from, to, kind: 'invalid', message: text };
    }
    const kind = kindOf(message);
    if (!isObject(message) || kind === 'invalid') return { time, from, to, kind: 'invalid', message };
    const id = message['id'] as RpcId | undefined;
    if (kind === 'notification') return { time, from, to, kind, method: textOf(message['method']), message };
    if (kind === 'request') {
      const method = textOf(message['method']);
      this.#open.set(key(to, id), { method, time });
      return { time, from, to, kind, method, id: id!, message };
    }
    const request = this.#open.get(key(from, id));
    this.#open.delete(key(from, id));
    return {
      time,
      from,
      to,
      kind,
      id: id!,
      ...(request && { method: request.method, latencyMs: time - request.time }),
      message,
    };
  }
}

/** The wall clock, but with the fractions of a ms that latencies need. */
export const now = (): number => performance.timeOrigin + performance.now();

/** An id is looked up as it was written: the string "1" is not the number 1. */
const key = (answerer: Party, id: unknown): string => `${answerer} ${JSON.stringify(id)}`;

function kindOf(message: unknown): MessageKind {
  if (!isObject(message)) return 'invalid';
  if ('method' in message) return 'id' in message ? 'request' : 'notification';
  if (!('id' in message)) return 'invalid';
  return 'error' in message && message['error'] !== null ? 'error' : 'result' in message ? 'result' : 'invalid';
}

/** A log notification of a plugin: its level and its lines. */
export function logLines(message: JsonObject): { readonly level: string; readonly lines: readonly string[] } {
  const params = isObject(message['params']) ? message['params'] : {};
  return { level: textOf(params['level'] ?? 'info'), lines: textOf(params['message'] ?? '').split('\n') };
}
