import { rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { DelayLine, type LineSettings, type LineStats } from './delay-line.js';

/** Stands between two nodes: one connects to its socket, and it connects to the other. */
export class LinkProxy {
  readonly #path: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly stats: LineStats = { connections: 0, chunks: 0, cuts: 0, leastMs: null, mostMs: null };
  settings: LineSettings;

  private constructor(path: string, settings: LineSettings, target: () => Promise<string>) {
    this.#path = path;
    this.settings = settings;
    this.#server = createServer((caller) => {
      caller.on('error', () => caller.destroy()); // whoever has gone has gone
      target().then(
        (address) => this.#join(caller, address),
        () => caller.destroy(), // the other end does not run
      );
    });
  }

  /** @param target where the other node listens by then: a socket's path, or HOST:PORT */
  static async listen(path: string, settings: LineSettings, target: () => Promise<string>): Promise<LinkProxy> {
    const proxy = new LinkProxy(path, settings, target);
    await rm(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(path, resolve);
    });
    return proxy;
  }

  /** Ends all connections through it. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await rm(this.#path, { force: true });
  }

  #join(caller: Socket, address: string): void {
    const callee = connectTo(address);
    this.stats.connections++;
    const ends = [caller, callee];
    const end = (): void => ends.forEach((socket) => socket.destroy());
    for (const [from, to] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      const line = new DelayLine(
        () => this.settings,
        this.stats,
        (chunk) => to.write(chunk),
        end,
      );
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk: Buffer) => line.push(chunk));
      from.on('error', end);
      from.on('close', () => {
        line.close();
        this.#sockets.delete(from);
        end();
      });
    }
  }
}

function connectTo(address: string): Socket {
  if (address.startsWith('/')) return createConnection(address);
  const colon = address.lastIndexOf(':');
  return createConnection(Number(address.slice(colon + 1)), address.slice(0, colon).replace(/^\[|\]$/g, ''));
}
