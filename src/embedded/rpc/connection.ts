import type { Socket } from 'node:net';
import { JsonFramer } from '../../rpc/framing.js';
import { isObject, type JsonObject } from '../../rpc/json-rpc.js';
import type { Call, Session } from '../context.js';
import { PassedOnError, RpcError } from './errors.js';
import { CODE } from '../../cln/error-codes.js';
import { shallowMemberTexts, parseExact, toJson } from './json-text.js';

/** A message longer than this is not kept in memory: the connection is answered and closed. */
const LONGEST_MESSAGE = 128 * 1024 * 1024;
/** How often a client that will send no more is looked for, while it waits. */
const LOOK_MS = 500;
/** How much of a message that is no JSON an error repeats. */
const QUOTED = 1024;

/** A request that reads well: what is in it is not checked any further. */
export interface Request {
  /** The id as JSON text, to be echoed as it is. */
  readonly id: string;
  /** The whole request, parsed. */
  readonly message: JsonObject;
  readonly paramsText: string;
  readonly call: Call;
}

/** Answers the JSON text of the result, or throws. */
export type Handler = (request: Request) => Promise<string>;

/**
 * One connection to the RPC socket: any number of requests, in pieces or several at once, each answered when it is
 * ready. What is no request is answered as lightningd answers it (lightningd/jsonrpc.c), and what is no JSON ends the
 * connection after the answer.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #handle: Handler;
  readonly #framer = new JsonFramer();
  readonly #gone = new AbortController();
  readonly #session: Session;
  #unfinished = 0;
  #running = 0;
  #ending = false;
  #broken = false;
  #look: NodeJS.Timeout | undefined;

  /** @param deprecatedOk whether deprecated commands are taken, until the client says otherwise */
  constructor(socket: Socket, handle: Handler, deprecatedOk: boolean) {
    this.#socket = socket;
    this.#handle = handle;
    this.#session = { notifications: false, deprecatedOk };
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => socket.resume());
    socket.on('error', () => socket.destroy()); // the client went away; `close` follows
    socket.on('close', () => {
      clearInterval(this.#look);
      this.#gone.abort();
    });
  }

  /** Closes once all requests are answered: the client will send no more. It may have gone, too, which ends its waits. */
  endWhenIdle(): void {
    this.#ending = true;
    if (this.#running === 0) this.#socket.end();
    else this.#look ??= setInterval(() => this.#lookForClient(), LOOK_MS).unref();
  }

  /** No event tells of one that has gone after its last word; a write fails, if only one of nothing. */
  #lookForClient(): void {
    if (this.#socket.writableLength === 0) this.#socket.write('');
  }

  /** Waits until all that was written has left, then closes. */
  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    await new Promise<void>((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.end(() => this.#socket.destroy());
      // a client that does not read must not keep the daemon from ending
      setTimeout(() => this.#socket.destroy(), 1000).unref();
    });
  }

  #read(chunk: Buffer): void {
    if (this.#broken) return;
    try {
      for (const text of this.#framer.push(chunk)) {
        this.#unfinished = 0;
        if (!this.#take(text)) return;
      }
    } catch {
      this.#break(`Failed to parse RPC JSON response '${chunk.toString('utf8').slice(0, QUOTED)}'`);
      return;
    }
    this.#unfinished = this.#framer.partial ? this.#unfinished + chunk.length : 0;
    if (this.#unfinished > LONGEST_MESSAGE) this.#break(`RPC JSON request is longer than ${LONGEST_MESSAGE} bytes`);
  }

  /** Takes one message; returns false once the connection is of no use. */
  #take(text: string): boolean {
    let message: unknown;
    let members: Map<string, string>;
    try {
      message = JSON.parse(text);
      members = isObject(message) ? shallowMemberTexts(text) : new Map<string, string>();
    } catch {
      return this.#break(`Failed to parse RPC JSON response '${text.slice(0, QUOTED)}'`);
    }
    if (!isObject(message) || !members.has('jsonrpc'))
      return this.#break(`JSON-RPC message does not contain "jsonrpc" field: '${text.slice(0, QUOTED)}'`);
    const id = members.get('id');
    const malformed = id === undefined ? 'No id' : malformedEnvelope(message);
    if (malformed !== undefined || id === undefined) {
      this.#answer('null', new RpcError(CODE.INVALID_REQUEST, malformed ?? 'No id'));
      return true;
    }
    const paramsText = members.get('params') ?? '';
    const params: unknown = paramsText === '' ? undefined : parseExact(paramsText);
    void this.#run({ id, message, paramsText, call: this.#callOf(id, message['id'], params) });
    return true;
  }

  async #run(request: Request): Promise<void> {
    this.#running++;
    try {
      this.#write(`{"jsonrpc":"2.0","id":${request.id},"result":${await this.#handle(request)}}\n\n`);
    } catch (error) {
      if (error instanceof PassedOnError) this.#writeError(request.id, error.text);
      else this.#answer(request.id, error instanceof RpcError ? error : new RpcError(CODE.LIGHTNINGD, String(error)));
    } finally {
      this.#running--;
      if (this.#ending) this.endWhenIdle();
    }
  }

  #callOf(id: string, idValue: unknown, params: unknown): Call {
    // as lightningd: what counts is whether they were enabled when the request came
    const notifying = this.#session.notifications;
    const notify = (method: string, params: object): void => {
      if (notifying)
        this.#write(`{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":${withId(id, params)}}\n\n`);
    };
    return {
      id: idValue as Call['id'],
      params,
      progress: (level, text) => notify('message', { level, message: text }),
      notify,
      disconnected: this.#gone.signal,
      session: this.#session,
    };
  }

  #answer(id: string, error: RpcError): void {
    this.#writeError(id, toJson(error.toBody()));
  }

  #writeError(id: string, body: string): void {
    this.#write(`{"jsonrpc":"2.0","id":${id},"error":${body}}\n\n`);
  }

  #break(why: string): false {
    this.#broken = true;
    this.#answer('null', new RpcError(CODE.INVALID_REQUEST, why));
    this.#socket.end();
    return false;
  }

  #write(text: string): void {
    if (!this.#socket.writable) return;
    if (!this.#socket.write(text)) this.#socket.pause(); // no more requests before the client has read its answers
  }
}

function malformedEnvelope(message: JsonObject): string | undefined {
  const { id, jsonrpc } = message;
  if (typeof id === 'object' && id !== null) return 'Expected string/primitive for id';
  return jsonrpc === '2.0' ? undefined : 'jsonrpc: "2.0" must be specified in the request';
}

function withId(id: string, params: object): string {
  const rest = toJson(params).slice(1);
  return `{"id":${id}${rest === '}' ? '' : ','}${rest}`;
}
