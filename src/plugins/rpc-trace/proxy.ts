import { chmod } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { JsonFramer } from '../../rpc/framing.js';
import { Correlator, type Party, type SeenMessage } from '../messages.js';

/** A message of a client, and which of the clients it is, counted from 1. */
export type ClientMessage = SeenMessage & { readonly client: number };

/** A socket that passes all on to another, byte for byte, and tells of each message. */
export class RpcProxy {
  readonly #path: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #onMessage: (message: ClientMessage) => void;
  #clients = 0;

  /**
   * @param path where it listens
   * @param target where lightningd listens
   */
  constructor(path: string, target: string, onMessage: (message: ClientMessage) => void) {
    this.#path = path;
    this.#onMessage = onMessage;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#serve(client, target));
  }

  /** Begins to listen; like lightningd's own, the socket is for its owner alone. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#path, resolve);
    });
    await chmod(this.#path, 0o600);
  }

  /** Takes no new clients, and ends once those there are have gone or `graceMs` is over. */
  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, graceMs);
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    clearTimeout(timer);
  }

  #serve(client: Socket, target: string): void {
    const number = ++this.#clients;
    const node = connect({ path: target, allowHalfOpen: true });
    const correlator = new Correlator();
    for (const [from, to] of [
      [client, node],
      [node, client],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        if (from.destroyed && !from.readableEnded) to.destroy();
      });
    }
    this.#mirror(client, correlator, 'client', number);
    this.#mirror(node, correlator, 'node', number);
  }

  #mirror(stream: Socket, correlator: Correlator, from: Party, client: number): void {
    const to = from === 'client' ? 'node' : 'client';
    const framer = new JsonFramer();
    const tell = (text: string): void => this.#onMessage({ ...correlator.see(text, from, to), client });
    const onData = (chunk: Buffer): void => {
      try {
        for (const text of framer.push(chunk)) tell(text);
      } catch {
        stream.off('data', onData); // no messages can be told apart any more
        tell(chunk.toString('utf8'));
      }
    };
    stream.on('data', onData);
  }
}
