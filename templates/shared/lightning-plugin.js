import { createConnection } from 'node:net';
import { join } from 'node:path';

/**
 * A Core Lightning plugin: it answers lightningd over standard input and output.
 *
 * Nothing but messages may go to standard output: print with `log`, or with console.error.
 */
export class Plugin {
  /** The values of the options, from init on. */
  options = {};
  /** What lightningd says of itself: `lightning-dir`, `rpc-file`, `network`, from init on. */
  configuration = {};

  #manifest = { options: [], rpcmethods: [], subscriptions: [], hooks: [], notifications: [] };
  #handlers = new Map();
  #init = async () => {};
  #rpc;

  /** Takes an option, as `lightningd --NAME=VALUE`: `{ name, type, default, description }`. */
  option(option) {
    this.#manifest.options.push(option);
  }

  /** Adds an RPC method; `handler` is given its parameters, by position or by name, and returns its result. */
  method(name, usage, handler) {
    this.#manifest.rpcmethods.push({ name, usage });
    this.#handlers.set(name, handler);
  }

  /** Is told when something happens: `connect`, `invoice_payment`, `block_added`, … */
  subscribe(topic, handler) {
    this.#manifest.subscriptions.push(topic);
    this.#handlers.set(topic, handler);
  }

  /** Is asked before something happens: `htlc_accepted`, `openchannel`, … lightningd waits for what `handler` returns. */
  hook(name, handler) {
    this.#manifest.hooks.push({ name });
    this.#handlers.set(name, handler);
  }

  /** Is called once the options are known; what it throws disables the plugin, with that reason. */
  onInit(handler) {
    this.#init = handler;
  }

  /** Writes to lightningd's log: `debug`, `info`, `warn` or `error`. */
  log(message, level = 'info') {
    this.#send({ method: 'log', params: { level, message } });
  }

  /** Calls a method of lightningd, as lightning-cli does. */
  async rpc(method, params = {}) {
    this.#rpc ??= new RpcClient(join(this.configuration['lightning-dir'], this.configuration['rpc-file']));
    return await this.#rpc.call(method, params);
  }

  /** Begins to answer lightningd, until it closes our standard input. */
  run() {
    const messages = new MessageReader((message) => void this.#receive(message));
    process.stdin.on('data', (chunk) => messages.push(chunk));
    process.stdin.on('end', () => process.exit(0));
  }

  async #receive({ id, method, params }) {
    try {
      const result = await this.#answer(method, params);
      if (id !== undefined) this.#send({ id, result: result ?? {} });
    } catch (error) {
      this.log(`${method}: ${error.stack}`, 'debug');
      if (id !== undefined) this.#send({ id, error: { code: error.code ?? -32603, message: error.message } });
      else this.log(`${method}: ${error.message}`, 'error');
    }
  }

  async #answer(method, params) {
    if (method === 'getmanifest') return { ...this.#manifest, dynamic: true, nonnumericids: true };
    if (method !== 'init') return await this.#handlers.get(method)?.(params);
    this.options = params.options;
    this.configuration = params.configuration;
    try {
      await this.#init();
      return {};
    } catch (error) {
      return { disable: error.message };
    }
  }

  #send(message) {
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
  }
}

/** Fails a call with an error of this code, as lightning-cli shows it. */
export class RpcError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

class RpcClient {
  #socket;
  #pending = new Map();
  #nextId = 1;

  constructor(path) {
    const messages = new MessageReader(({ id, result, error }) => {
      const { resolve, reject } = this.#pending.get(id) ?? {};
      this.#pending.delete(id);
      if (error) reject?.(new RpcError(error.code, error.message));
      else resolve?.(result);
    });
    this.#socket = createConnection(path).on('data', (chunk) => messages.push(chunk));
    const lost = (error) => {
      for (const { reject } of this.#pending.values()) reject(error ?? new Error('lightningd closed its RPC socket'));
      this.#pending.clear();
    };
    this.#socket.on('error', lost).on('close', () => lost());
  }

  call(method, params) {
    const id = `plugin:${method}#${this.#nextId++}`;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#socket.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }
}

/** Cuts a stream into its messages: each ends with an empty line. */
class MessageReader {
  #rest = '';
  #decoder = new TextDecoder();
  #onMessage;

  constructor(onMessage) {
    this.#onMessage = onMessage;
  }

  push(chunk) {
    const parts = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n\n');
    this.#rest = parts.pop();
    for (const part of parts) if (part.trim() !== '') this.#onMessage(JSON.parse(part));
  }
}
