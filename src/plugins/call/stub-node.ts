import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { messageOf } from '../../core/errors.js';
import { assertSocketPath } from '../../process/sockets.js';
import { JsonFramer } from '../../rpc/framing.js';
import { encodeMessage, isObject, type JsonObject, type RpcId } from '../../rpc/json-rpc.js';
import { Correlator, type SeenMessage } from '../messages.js';
import { textOf } from '../../cln/json.js';
import { STUB_ANSWERS } from './stub-answers.js';

/** CLN's JSONRPC2_METHOD_NOT_FOUND (lightningd-rpc(7)) */
const METHOD_NOT_FOUND = -32601;

/** A stand-in for a node's RPC socket: it answers the calls of a plugin from a table. */
export class StubNode {
  /** `lightning-rpc` in the folder given, as a plugin finds it. */
  readonly path: string;
  readonly #answers: JsonObject;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #onMessage: ((message: SeenMessage) => void) | undefined;

  /**
   * @param lightningDir the folder that the plugin is told is the node's
   * @param answers results by method, before those that every stub knows
   */
  constructor(lightningDir: string, answers: JsonObject = {}) {
    this.path = join(lightningDir, 'lightning-rpc');
    this.#answers = { ...STUB_ANSWERS, ...answers };
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /**
   * Begins to answer.
   *
   * @param onMessage told of each message both ways
   * @throws {LnPlayError} FILESYSTEM when the path is too long for a socket
   */
  async listen(onMessage?: (message: SeenMessage) => void): Promise<void> {
    assertSocketPath(this.path);
    this.#onMessage = onMessage;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.path, resolve);
    });
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #serve(socket: Socket): void {
    this.#clients.add(socket);
    const framer = new JsonFramer();
    const correlator = new Correlator();
    const say = (message: JsonObject): void => {
      const text = encodeMessage(message);
      this.#onMessage?.(correlator.see(text, 'node', 'plugin'));
      if (socket.writable) socket.write(text);
    };
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const text of framer.push(chunk)) {
          const seen = correlator.see(text, 'plugin', 'node');
          this.#onMessage?.(seen);
          say(this.#answer(seen));
        }
      } catch (error) {
        say({ jsonrpc: '2.0', id: null, error: { code: -32600, message: messageOf(error) } });
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy()); // the plugin has gone
    socket.on('close', () => this.#clients.delete(socket));
  }

  #answer({ message }: SeenMessage): JsonObject {
    const { id = null, method } = isObject(message) ? (message as { id?: RpcId; method?: unknown }) : {};
    const name = textOf(method);
    if (Object.hasOwn(this.#answers, name)) return { jsonrpc: '2.0', id, result: this.#answers[name] };
    return {
      jsonrpc: '2.0',
      id,
      error: {
        code: METHOD_NOT_FOUND,
        message: `Unknown command '${name}': there is no node here, and no stub for it; give its answer with --rpc`,
      },
    };
  }
}
