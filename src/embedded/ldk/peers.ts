import { chmodSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import * as ldk from '#ldk';
import { messageOf, systemCode } from '../../core/errors.js';
import type { Log } from '../context.js';
import { formatAddress, type PeerAddress } from '../node/peers/addresses.js';
import { bytesOf, hexOf } from '../bitcoin/hex.js';
import { CustomMessages } from './custom-messages.js';
import type { Engine } from './engine.js';
import { Waiters } from './waiters.js';

/** A peer that is connected. */
export interface Peer {
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly address: PeerAddress;
  /** Its `init` features, hex. */
  readonly features: string;
}

export interface PeerEvents {
  readonly connected: (peer: Peer) => void;
  readonly disconnected: (peer: Peer) => void;
  readonly received: (nodeId: string, message: Buffer) => void;
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
  readonly descriptor: ldk.SocketDescriptor;
}

/** The sockets between LDK and its peers: unix and TCP, in and out. */
export class Peers {
  readonly #log: Log;
  readonly #events: PeerEvents;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #peers = new Map<string, Peer>();
  readonly #connections = new Map<string, Connection>();
  readonly #connecting = new Map<string, Promise<Peer>>();
  readonly #waiting = new Map<string, (peer: Peer) => void>();
  readonly #pongs = new Map<string, number>();
  readonly #ponged = new Waiters();
  #custom: CustomMessages | undefined;
  #engine: Engine | undefined;
  #nextDescriptor = 0n;
  /** Whose bytes LDK reads right now: it names nobody when it says that a peer is there. */
  #reading: Connection | undefined;

  constructor(log: Log, events: PeerEvents) {
    this.#log = log;
    this.#events = events;
  }

  /** Messages of types that LDK does not know; made once LDK is there. */
  get custom(): CustomMessages {
    this.#custom ??= new CustomMessages({
      connected: (id, features, inbound) => this.#connected(id, features, inbound),
      disconnected: (id) => this.#disconnected(id),
      received: (id, message) => this.#events.received(id, message),
    });
    return this.#custom;
  }

  /** Has to come before anything else: LDK's objects need each other. */
  attach(engine: Engine): void {
    this.#engine = engine;
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

  /** Where both sides connect to each other at once, each may drop the other's connection: so it tries again. */
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
    return await new Promise<Peer>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      socket.once('close', () => {
        this.#waiting.delete(id);
        reject(new HandshakeError(`${where}: Cryptographic handshake: peer closed connection (wrong key?). `));
      });
      const connection = this.#connection(socket, address);
      const none = ldk.Option_SocketAddressZ.constructor_none();
      const started = this.#engine!.guard(() =>
        this.#engine!.peers.new_outbound_connection(bytesOf(id), connection.descriptor, none),
      );
      if (started instanceof ldk.Result_CVec_u8ZPeerHandleErrorZ_OK) socket.write(started.res);
      else socket.destroy();
    });
  }

  async disconnect(id: string): Promise<void> {
    await this.#engine!.act(() => this.#engine!.peers.disconnect_by_node_id(bytesOf(id)));
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
    await this.#engine!.act(() => this.custom.send(bytesOf(id), PING, content));
    const answer = (): number | undefined => (this.#peers.has(id) ? this.#pongs.get(id) : -1);
    const bytes = await this.#ponged.until(answer, signal);
    return bytes === -1 ? undefined : bytes;
  }

  onPong(id: string, bytes: number): void {
    this.#pongs.set(id, bytes);
    this.#engine!.afterCommit(() => this.#ponged.wake());
  }

  /** Stops listening and lets all peers go. */
  async stop(): Promise<void> {
    for (const server of this.#servers) server.close();
    await this.#engine?.act(() => this.#engine!.peers.disconnect_all_peers());
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket, listening: PeerAddress): void {
    const { remoteAddress, remotePort } = socket;
    const address = remoteAddress === undefined ? listening : { host: plainIp(remoteAddress), port: remotePort ?? 0 };
    const connection = this.#connection(socket, address);
    const none = ldk.Option_SocketAddressZ.constructor_none();
    const accepted = this.#engine!.guard(() => this.#engine!.peers.new_inbound_connection(connection.descriptor, none));
    if (!accepted.is_ok()) socket.destroy();
  }

  #connection(socket: Socket, address: PeerAddress): Connection {
    const engine = this.#engine!;
    const number = this.#nextDescriptor++;
    let pending: Uint8Array[] = [];
    let blocked = false;
    const flush = (): void => {
      const bytes = pending;
      pending = [];
      if (bytes.length > 0 && !socket.destroyed) socket.write(bytes.length === 1 ? bytes[0]! : Buffer.concat(bytes));
    };
    const descriptor = ldk.SocketDescriptor.new_impl({
      send_data: (data, resumeRead) => {
        if (resumeRead) socket.resume();
        if (socket.writableLength > MAX_BUFFERED) {
          blocked = true;
          return 0;
        }
        // what LDK says must not be heard before it is on disk
        if (pending.length === 0) engine.afterCommit(flush);
        pending.push(data);
        return data.length;
      },
      disconnect_socket: () => {
        engine.afterCommit(() => (flush(), socket.end(() => socket.destroy())));
        void engine.schedule();
      },
      eq: (other) => other.hash() === number,
      hash: () => number,
    });
    const connection = { socket, address, descriptor };
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => {
      this.#reading = connection;
      const read = engine.guard(() => engine.peers.read_event(descriptor, data));
      this.#reading = undefined;
      if (read instanceof ldk.Result_boolPeerHandleErrorZ_OK) {
        if (read.res) socket.pause();
      } else engine.afterCommit(() => (flush(), socket.end(() => socket.destroy())));
      void engine.schedule();
    });
    socket.on('drain', () => {
      if (!blocked) return;
      blocked = false;
      if (!engine.guard(() => engine.peers.write_buffer_space_avail(descriptor)).is_ok()) socket.destroy();
      void engine.schedule();
    });
    socket.on('error', (error) => this.#log.debug(`${formatAddress(address)}: ${messageOf(error)}`));
    socket.on('close', () => {
      this.#sockets.delete(socket);
      engine.guard(() => engine.peers.socket_disconnected(descriptor));
      void engine.schedule();
    });
    return connection;
  }

  #connected(id: string, features: Uint8Array, inbound: boolean): void {
    const connection = this.#reading;
    if (!connection) return;
    const direction = inbound ? 'in' : 'out';
    const peer: Peer = { id, direction, address: connection.address, features: hexOf(features) };
    this.#peers.set(id, peer);
    this.#connections.set(id, connection);
    this.#engine!.afterCommit(() => {
      this.#events.connected(peer);
      this.#waiting.get(id)?.(peer);
      this.#waiting.delete(id);
    });
  }

  #disconnected(id: string): void {
    const peer = this.#peers.get(id);
    this.#peers.delete(id);
    this.#connections.delete(id);
    this.#engine!.afterCommit(() => this.#ponged.wake());
    if (peer) this.#engine!.afterCommit(() => this.#events.disconnected(peer));
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
