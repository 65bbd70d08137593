import { createConnection, type Socket } from 'node:net';
import { LnPlayError, messageOf, systemCode } from '../core/errors.js';
import { JsonFramer } from './framing.js';
import { encodeMessage, isObject, type RpcErrorBody, type RpcParams } from './json-rpc.js';
import type { LightningMethods } from './lightning-types.js';

/** lightningd answered with an error: its own code, message and data, unchanged (lightningd-rpc(7)). */
export class LightningRpcError extends LnPlayError {
  readonly method: string;
  readonly rpcCode: number;
  readonly data: unknown;
  constructor(node: string, method: string, error: RpcErrorBody) {
    super('RPC', `${node}: ${method}: ${error.message} (code ${error.code})`);
    this.name = 'LightningRpcError';
    this.method = method;
    this.rpcCode = error.code;
    this.data = error.data;
  }
}

export interface CallOptions {
  /** Fail with TIMEOUT when there is no answer within this many ms; by default a call waits for as long as it takes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each notification for this call (`message`, `progress`), where the caller enabled them. */
  readonly onNotification?: ((method: string, params: unknown) => void) | undefined;
}

interface Pending {
  readonly method: string;
  readonly resolve: (raw: string) => void;
  readonly reject: (error: Error) => void;
  readonly onNotification: CallOptions['onNotification'];
}

/**
 * A client of one lightningd's RPC socket: JSON-RPC 2.0 over a unix socket. It connects with the first call, sends any
 * number of calls at once over the one connection, and connects again after the connection was lost.
 */
export class LightningSocket {
  readonly path: string;
  readonly #node: string;
  #socket: Socket | undefined;
  #nextId = 1;
  readonly #pending = new Map<string, Pending>();

  /**
   * @param path of the socket: `<lightning-dir>/regtest/lightning-rpc`
   * @param node what errors call it: `l1`
   */
  constructor(path: string, node = 'lightningd') {
    this.path = path;
    this.#node = node;
  }

  /**
   * Calls a method of lightningd.
   *
   * @throws {LightningRpcError} when lightningd answers with an error
   * @throws {LnPlayError} CONNECTION when there is no such socket or it closes before the answer; TIMEOUT; ABORTED
   */
  call<M extends keyof LightningMethods>(
    method: M,
    params?: RpcParams,
    options?: CallOptions,
  ): Promise<LightningMethods[M]>;
  call(method: string, params?: RpcParams, options?: CallOptions): Promise<unknown>;
  async call(method: string, params: RpcParams = {}, options: CallOptions = {}): Promise<unknown> {
    const reply: unknown = JSON.parse(await this.callRaw(method, params, options));
    if (isObject(reply) && isObject(reply['error']))
      throw new LightningRpcError(this.#node, method, reply['error'] as unknown as RpcErrorBody);
    if (isObject(reply) && 'result' in reply) return reply['result'];
    throw new LnPlayError('CONNECTION', `${this.#node}: ${method} was answered with neither a result nor an error`);
  }

  /** As `call`, but resolves to the reply's own text, for those who must not lose a digit of it. */
  async callRaw(method: string, params: RpcParams = {}, options: CallOptions = {}): Promise<string> {
    const { timeoutMs, signal } = options;
    const id = `ln-play:${method}#${process.pid}-${this.#nextId++}`;
    const socket = this.#socket ?? this.#connect();
    return await new Promise<string>((resolve, reject) => {
      const cleanUp = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.#pending.delete(id);
        if (this.#pending.size === 0) this.#socket?.unref();
      };
      const fail = (error: Error): void => (cleanUp(), reject(error));
      const onAbort = (): void => fail(new LnPlayError('ABORTED', `Stopped while ${this.#node} answered ${method}`));
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => {
              fail(
                new LnPlayError('TIMEOUT', `${this.#node} did not answer ${method} within ${timeoutMs} ms`, {
                  hint: `see its log, or \`ln-play restart ${this.#node}\``,
                }),
              );
            }, timeoutMs);
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#pending.set(id, {
        method,
        resolve: (raw) => (cleanUp(), resolve(raw)),
        reject: fail,
        onNotification: options.onNotification,
      });
      socket.ref();
      socket.write(encodeMessage({ jsonrpc: '2.0', id, method, params }));
    });
  }

  /** Closes the connection; calls that have no answer yet fail with CONNECTION. */
  close(): void {
    this.#socket?.destroy();
    this.#lost(undefined);
  }

  #connect(): Socket {
    const socket = createConnection(this.path);
    this.#socket = socket;
    const framer = new JsonFramer();
    let failure: unknown;
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const text of framer.push(chunk)) this.#receive(text);
      } catch (error) {
        failure = error;
        socket.destroy();
      }
    });
    socket.on('error', (error) => (failure = error));
    socket.on('close', () => {
      if (this.#socket === socket) this.#lost(failure);
    });
    return socket;
  }

  #receive(text: string): void {
    const message: unknown = JSON.parse(text);
    if (!isObject(message)) return;
    if (typeof message['method'] === 'string') {
      const params = message['params'];
      const pending = isObject(params) ? this.#pending.get(String(params['id'])) : undefined;
      pending?.onNotification?.(message['method'], params);
      return;
    }
    this.#pending.get(String(message['id']))?.resolve(text);
  }

  #lost(cause: unknown): void {
    this.#socket = undefined;
    for (const { method, reject } of Array.from(this.#pending.values())) reject(this.#connectionError(method, cause));
  }

  #connectionError(method: string, cause: unknown): LnPlayError {
    const code = systemCode(cause);
    if (code === 'ENOENT' || code === 'ECONNREFUSED')
      return new LnPlayError('CONNECTION', `${this.#node} is not running: nothing answers at ${this.path}`, {
        hint: 'start it with `ln-play up`',
        cause,
      });
    if (code === 'EACCES')
      return new LnPlayError('CONNECTION', `${this.#node}: no permission to open ${this.path}`, {
        hint: 'it belongs to another user; run ln-play as that user',
        cause,
      });
    const why = cause === undefined ? '' : `: ${messageOf(cause)}`;
    return new LnPlayError('CONNECTION', `${this.#node} closed its RPC socket before it answered ${method}${why}`, {
      hint: `see \`ln-play status\` and \`ln-play logs ${this.#node}\``,
      cause,
    });
  }
}
