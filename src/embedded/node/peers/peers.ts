import { chmodSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, systemCode } from '../../../core/errors.js';
import type { Log } from '../../context.js';
import type { LineEnd, Wire } from '../../ldk/wire.js';
import type { Turn, Tx } from '../../store/turns.js';
import { Waiters } from '../waiters.js';
import { formatAddress, type PeerAddress } from './addresses.js';

/** A peer that is connected. */
export interface Peer {
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly address: PeerAddress;
  /** Its `init` features, hex. */
  readonly features: string;
}

/** What others see of a peer that came or went, after the commit. */
export interface PeerEvents {
  /** Resolves once it is decided whether the peer may stay. */
  readonly connected: (peer: Peer) => Promise<void>;
  /** Whether there is somebody to decide: until then nothing is heard of the peer, and nothing said. */
  readonly isDecided: () => boolean;
  readonly disconnected: (peer: Peer) => void;
}

export interface PeersParts {
  readonly log: Log;
  readonly turn: Turn;
  /** The transaction of the turn that LDK calls back in. */
  readonly tx: () => Tx;
  readonly wire: Pick<
    Wire,
    'lineEnd' | 'outbound' | 'inbound' | 'read' | 'drained' | 'closed' | 'disconnect' | 'disconnectAll' | 'message'
  >;
  readonly events: PeerEvents;
}

/** Why a peer could not be reached, in CLN's words. */
export class ConnectError extends Error {}

/** The peer went away before it had proved who it is. */
class HandshakeError extends ConnectError {}

const HANDSHAKE_ATTEMPTS = 4;
/** BOLT #1 */
const PING = 18;
/** Beyond this much that a peer has not taken yet, LDK is told to wait. */
const MAX_BUFFERED = 1 << 20;

interface Connection {
  readonly socket: Socket;
  readonly address: PeerAddress;
  readonly end: LineEnd;
  /** Waits, with whatever is to be sent, until it is decided whether the peer may stay. */
  readonly hold: () => void;
  readonly release: () => void;
}

/** The sockets between LDK and its peers: unix and TCP, in and out. */
export class Peers {
  readonly #parts: PeersParts;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #peers = new Map<string, Peer>();
  readonly #connecting = new Map<string, Promise<Peer>>();
  readonly #waiting = new Map<string, (peer: Peer) => void>();
  readonly #pongs = new Map<string, number>();
  readonly #ponged = new Waiters();
  /** Whose bytes LDK reads right now: it names nobody when it says that a peer is there. */
  #reading: Connection | undefined;
  #isStopped = false;

  constructor(parts: PeersParts) {
    this.#parts = parts;
  }

  get(id: string): Peer | undefined {
    return this.#peers.get(id);
  }

  list(): Peer[] {
    return [...this.#peers.values()];
  }

  /**
   * Listens for peers.
   *
   * @throws the system's error: the address is taken, or not ours
   */
  async listen(address: PeerAddress): Promise<PeerAddress> {
    if ('socket' in address) removeStale(address.socket);
    const server = createServer((socket) => this.#accept(socket, address));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      if ('socket' in address) server.listen(address.socket, resolve);
      else server.listen(address.port, address.host || undefined, resolve);
    });
    if ('socket' in address) chmodSync(address.socket, 0o600);
    this.#servers.push(server);
    return address;
  }

  /**
   * Connects to a peer, or tells of the connection that there is.
   *
   * @throws {ConnectError}
   */
  async connect(id: string, address: PeerAddress): Promise<Peer> {
    const running = this.#connecting.get(id) ?? this.#connect(id, address);
    this.#connecting.set(id, running);
    try {
      return await running;
    } finally {
      this.#connecting.delete(id);
    }
  }

  /** If both sides connect to each other at once, each may drop the other's connection: so it tries again. */
  async #connect(id: string, address: PeerAddress): Promise<Peer> {
    for (let attempt = 1; ; attempt++) {
      const known = this.#peers.get(id);
      if (known) return known;
      try {
        return await this.#connectOnce(id, address);
      } catch (error) {
        if (!(error instanceof HandshakeError) || attempt === HANDSHAKE_ATTEMPTS) throw error;
        await delay(attempt * (20 + Math.random() * 80)); // at random, so that the sides do not meet again
      }
    }
  }

  async #connectOnce(id: string, address: PeerAddress): Promise<Peer> {
    const where = formatAddress(address);
    const socket = await open(address).catch((error: unknown) => {
      throw new ConnectError(`${where}: Connection establishment: ${systemMessage(error)}. `);
    });
    if (this.#isStopped) {
      socket.destroy();
      throw new ConnectError(`${where}: Connection establishment: this node stops. `);
    }
    return await new Promise<Peer>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      socket.once('close', () => {
        this.#waiting.delete(id);
        reject(new HandshakeError(`${where}: Cryptographic handshake: peer closed connection (wrong key?). `));
      });
      const { end } = this.#connection(socket, address);
      void this.#parts.turn(() => {
        const first = this.#parts.wire.outbound(id, end);
        if (first) socket.write(first);
        else socket.destroy();
      });
    });
  }

  async disconnect(id: string): Promise<void> {
    await this.#parts.turn(() => this.#parts.wire.disconnect(id));
  }

  /** Sends a peer a message of a type that LDK does not know. */
  async message(id: string, type: number, content: Uint8Array): Promise<void> {
    await this.#parts.turn(() => this.#parts.wire.message(id, type, content));
  }

  /**
   * Sends a ping of `length` bytes that asks for `pongLength`; resolves to how many came, or to undefined when the peer
   * went or `signal` fired before. LDK keeps pongs to itself: that one came is read from its log.
   */
  async ping(id: string, length: number, pongLength: number, signal: AbortSignal): Promise<number | undefined> {
    const content = Buffer.alloc(4 + length);
    content.writeUInt16BE(pongLength, 0);
    content.writeUInt16BE(length, 2);
    this.#pongs.delete(id);
    await this.message(id, PING, content);
    const answer = (): number | undefined => (this.#peers.has(id) ? this.#pongs.get(id) : -1);
    const bytes = await this.#ponged.until(answer, signal);
    return bytes === -1 ? undefined : bytes;
  }

  onPong(id: string, bytes: number): void {
    this.#pongs.set(id, bytes);
    this.#parts.tx().afterCommit(() => this.#ponged.wake());
  }

  /** LDK says that both sides have sent `init`. */
  onConnected(id: string, features: Uint8Array, inbound: boolean): void {
    const connection = this.#reading;
    if (!connection) return;
    const direction = inbound ? 'in' : 'out';
    const peer: Peer = {
      id,
      direction,
      address: connection.address,
      features: Buffer.from(features).toString('hex'),
    };
    this.#peers.set(id, peer);
    if (this.#parts.events.isDecided()) connection.hold();
    this.#parts.tx().afterCommit(() => {
      void this.#parts.events.connected(peer).finally(connection.release);
      this.#waiting.get(id)?.(peer);
      this.#waiting.delete(id);
    });
  }

  onDisconnected(id: string): void {
    const peer = this.#peers.get(id);
    this.#peers.delete(id);
    this.#pongs.delete(id);
    this.#parts.tx().afterCommit(() => {
      this.#ponged.wake();
      if (peer) this.#parts.events.disconnected(peer);
    });
  }

  /** Stops listening and lets all peers go. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const server of this.#servers) server.close();
    await this.#parts.turn(() => this.#parts.wire.disconnectAll());
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket, listening: PeerAddress): void {
    const { remoteAddress, remotePort } = socket;
    const address = remoteAddress === undefined ? listening : { host: plainIp(remoteAddress), port: remotePort ?? 0 };
    const { end } = this.#connection(socket, address);
    void this.#parts.turn(() => {
      if (!this.#parts.wire.inbound(end)) socket.destroy();
    });
  }

  #connection(socket: Socket, address: PeerAddress): Connection {
    const { turn, tx, wire, log } = this.#parts;
    let pending: Uint8Array[] = [];
    let blocked = false;
    let held = false;
    const flush = (): void => {
      if (held) return;
      const bytes = pending;
      pending = [];
      if (bytes.length > 0 && socket.writable) socket.write(bytes.length === 1 ? bytes[0]! : Buffer.concat(bytes));
    };
    // what LDK says must not be heard before it is on disk
    const hangUp = (): void => tx().afterCommit(() => (flush(), socket.end(() => socket.destroy())));
    const end = wire.lineEnd({
      send: (data) => {
        if (socket.writableLength > MAX_BUFFERED) {
          blocked = true;
          return false;
        }
        if (pending.length === 0) tx().afterCommit(flush);
        pending.push(data);
        return true;
      },
      resume: () => void (held || socket.resume()),
      end: hangUp,
    });
    const hold = (): void => {
      held = true;
      socket.pause();
    };
    const release = (): void => {
      if (!held) return;
      held = false;
      flush();
      if (!socket.destroyed) socket.resume();
    };
    const connection = { socket, address, end, hold, release };
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => {
      void turn(() => {
        this.#reading = connection;
        const next = wire.read(end, data);
        this.#reading = undefined;
        if (next === 'pause') socket.pause();
        if (next === 'end') hangUp();
      });
    });
    socket.on('drain', () => {
      if (!blocked) return;
      blocked = false;
      void turn(() => {
        if (!wire.drained(end)) socket.destroy();
      });
    });
    socket.on('error', (error) => log.debug(`${formatAddress(address)}: ${messageOf(error)}`));
    socket.on('close', () => {
      this.#sockets.delete(socket);
      void turn(() => wire.closed(end));
    });
    return connection;
  }
}

function open(address: PeerAddress): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket =
      'socket' in address ? createConnection(address.socket) : createConnection(address.port, address.host);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

const SYSTEM_MESSAGES: Record<string, string> = {
  ECONNREFUSED: 'Connection refused',
  ENOENT: 'No such file or directory',
  ECONNRESET: 'Connection reset by peer',
  ETIMEDOUT: 'Connection timed out',
  EACCES: 'Permission denied',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
};

const systemMessage = (error: unknown): string => SYSTEM_MESSAGES[systemCode(error) ?? ''] ?? messageOf(error);

const plainIp = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '');

/** A socket file stays behind when its process dies; lightningd removes it too. */
function removeStale(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
