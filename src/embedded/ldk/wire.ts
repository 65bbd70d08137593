import * as ldk from '#ldk';
import { bytesOf } from '../bitcoin/hex.js';
import { CustomMessages, type CustomMessageEvents } from './custom-messages.js';
import type { Engine } from './engine.js';

/** The bytes between LDK and one peer, as whoever holds the socket sees them. */
export interface Line {
  /** Sends bytes; false if the peer has not taken enough of those before. */
  readonly send: (bytes: Uint8Array) => boolean;
  /** LDK wants to read again. */
  readonly resume: () => void;
  readonly end: () => void;
}

/** LDK's end of a line. */
export interface LineEnd {
  readonly descriptor: ldk.SocketDescriptor;
}

/** LDK's side of all connections to peers. What is not read-only is called within a turn. */
export class Wire {
  readonly #custom: CustomMessages;
  #engine: Engine | undefined;
  #nextNumber = 0n;

  constructor(events: CustomMessageEvents) {
    this.#custom = new CustomMessages(events);
  }

  /** What LDK hands messages to that it does not know; for its objects. */
  get customHandler(): ldk.CustomMessageHandler {
    return this.#custom.handler;
  }

  /** Has to come before anything else: LDK's objects need each other. */
  attach(engine: Engine): void {
    this.#engine = engine;
  }

  lineEnd(line: Line): LineEnd {
    const number = this.#nextNumber++;
    const descriptor = ldk.SocketDescriptor.new_impl({
      send_data: (data, resumeRead) => {
        if (resumeRead) line.resume();
        return line.send(data) ? data.length : 0;
      },
      disconnect_socket: () => line.end(),
      eq: (other) => other.hash() === number,
      hash: () => number,
    });
    return { descriptor };
  }

  /** Begins the handshake with a peer that we have called; returns its first bytes, or undefined if LDK does not want to. */
  outbound(nodeId: string, { descriptor }: LineEnd): Uint8Array | undefined {
    const none = ldk.Option_SocketAddressZ.constructor_none();
    const started = this.#peers.new_outbound_connection(bytesOf(nodeId), descriptor, none);
    return started instanceof ldk.Result_CVec_u8ZPeerHandleErrorZ_OK ? started.res : undefined;
  }

  /** @returns whether LDK wants to speak with whoever has called */
  inbound({ descriptor }: LineEnd): boolean {
    return this.#peers.new_inbound_connection(descriptor, ldk.Option_SocketAddressZ.constructor_none()).is_ok();
  }

  /** Hands over what has come; then LDK wants more, or none for now, or no more of this peer at all. */
  read({ descriptor }: LineEnd, bytes: Uint8Array): 'more' | 'pause' | 'end' {
    const read = this.#peers.read_event(descriptor, bytes);
    if (!(read instanceof ldk.Result_boolPeerHandleErrorZ_OK)) return 'end';
    return read.res ? 'pause' : 'more';
  }

  /** The peer has taken what waited for it; false if LDK has done with it. */
  drained({ descriptor }: LineEnd): boolean {
    return this.#peers.write_buffer_space_avail(descriptor).is_ok();
  }

  closed({ descriptor }: LineEnd): void {
    this.#peers.socket_disconnected(descriptor);
  }

  disconnect(nodeId: string): void {
    this.#peers.disconnect_by_node_id(bytesOf(nodeId));
  }

  disconnectAll(): void {
    this.#engine?.peers.disconnect_all_peers();
  }

  /** Sends a message of a type that LDK does not know. */
  message(nodeId: string, type: number, content: Uint8Array): void {
    this.#custom.send(bytesOf(nodeId), type, content);
  }

  get #peers(): ldk.PeerManager {
    return this.#engine!.peers;
  }
}
