import { createServer, type Socket } from 'node:net';
import { JsonFramer } from '../../src/rpc/framing.js';

export interface Request {
  readonly id: string;
  readonly method: string;
  readonly params: unknown;
}

/** A lightningd's RPC socket that a test steers: what it answers, in which pieces, and when it hangs up. */
export class FakeLightningdSocket {
  readonly requests: Request[] = [];
  readonly #server;
  readonly #connections = new Set<Socket>();
  #connected = 0;

  /** @param onRequest may answer at once, later, in pieces, or never */
  constructor(onRequest: (request: Request, socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.#connected++;
      this.#connections.add(socket);
      socket.on('close', () => this.#connections.delete(socket)).on('error', () => {});
      const framer = new JsonFramer();
      socket.on('data', (chunk: Buffer) => {
        for (const text of framer.push(chunk)) {
          const request = JSON.parse(text) as Request;
          this.requests.push(request);
          onRequest(request, socket);
        }
      });
    });
  }

  /** How often somebody connected so far. */
  get connected(): number {
    return this.#connected;
  }

  async listen(path: string): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(path, resolve));
    return this;
  }

  hangUp(): void {
    for (const socket of this.#connections) socket.destroy();
  }

  async close(): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export const resultFor = ({ id }: Request, result: unknown): string =>
  `${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`;
