import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { messageOf } from '../../core/errors.js';
import { isObject, type JsonObject } from '../../rpc/json-rpc.js';
import type { NodeView } from '../state/node-view.js';

/** How often it is looked whether nodes that run tell us, and how many are asked to at once. */
const LOOK_MS = 1_000;
const AT_ONCE = 4;

/** What a node tells: a notification of lightningd. */
export interface Notification {
  readonly node: string;
  readonly topic: string;
  readonly params: JsonObject;
}

export interface FeedOptions {
  readonly socket: string;
  readonly views: () => readonly NodeView[];
  readonly onNotification: (notification: Notification) => void;
  /** A node that tells us from now on, and of which we may have missed something; and one that no longer does. */
  readonly onBegin: (node: string) => void;
  readonly onEnd: (node: string) => void;
  readonly log: (line: string) => void;
}

/** Has each node that runs tell us what happens on it, over a unix socket. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #server: Server;
  readonly #sockets = new Map<Socket, string | undefined>();
  readonly #timer: NodeJS.Timeout;
  /** Those that are being asked, and what those that refused said. */
  readonly #asking = new Set<string>();
  readonly #refused = new Map<string, string>();

  private constructor(options: FeedOptions, server: Server) {
    this.#options = options;
    this.#server = server;
    server.on('connection', (socket) => this.#take(socket));
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
    this.look();
  }

  static async open(options: FeedOptions): Promise<Feed> {
    const server = createServer();
    await rm(options.socket, { force: true }); // of one that was killed: there is none but us
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.socket, () => resolve());
    });
    await chmod(options.socket, 0o600);
    return new Feed(options, server);
  }

  /** Asks nodes that run and do not tell us. */
  look(): void {
    const telling = new Set(this.#sockets.values());
    for (const { state, id, name, node } of this.#options.views()) {
      if (!node.tells || state !== 'running' || id === undefined || telling.has(name) || this.#asking.has(name))
        continue;
      if (this.#asking.size >= AT_ONCE) return;
      this.#asking.add(name);
      void node
        .tell(this.#options.socket)
        .then(() => this.#refused.delete(name))
        .catch((error: unknown) => this.#tellOnce(name, messageOf(error)))
        .finally(() => this.#asking.delete(name));
    }
  }

  /** Ends it: nodes see that nobody listens, and their plugins end. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets.keys()) socket.destroy();
    await closed;
  }

  #tellOnce(name: string, why: string): void {
    if (this.#refused.get(name) === why) return;
    this.#refused.set(name, why);
    this.#options.log(`${name} tells nothing of what happens: ${why}`);
  }

  #take(socket: Socket): void {
    this.#sockets.set(socket, undefined);
    socket.on('error', () => {}); // then it is closed
    socket.on('close', () => {
      const node = this.#sockets.get(socket);
      this.#sockets.delete(socket);
      if (node !== undefined) this.#options.onEnd(node);
    });
    createInterface({ input: socket, crlfDelay: Infinity }).on('line', (line) => this.#read(socket, line));
  }

  #read(socket: Socket, line: string): void {
    let told: unknown;
    try {
      told = JSON.parse(line);
    } catch {
      return; // cut, as its node was killed
    }
    if (!isObject(told) || typeof told['node'] !== 'string' || typeof told['topic'] !== 'string') return;
    const { node, topic, params } = told as { node: string; topic: string; params: unknown };
    if (topic === 'hello') {
      this.#sockets.set(socket, node);
      this.#options.onBegin(node);
      return;
    }
    this.#options.onNotification({ node, topic, params: payloadOf(topic, params) });
  }
}

/** A plugin's own notification has its payload deeper, by the version that sends it. */
function payloadOf(topic: string, params: unknown): JsonObject {
  const inner = isObject(params) && isObject(params[topic]) ? params[topic] : params;
  const payload = isObject(inner) && 'origin' in inner && isObject(inner['payload']) ? inner['payload'] : inner;
  return isObject(payload) ? payload : {};
}
