import { isIPv4 } from 'node:net';
import * as ldk from 'lightningdevkit';
import type { PeerAddress } from './addresses.js';
import { parseAddress } from './addresses.js';
import { bytesOf, isNull, some } from './convert.js';
import { aliasOf, colorOf } from './identity.js';
import type { Node } from './node.js';

const RETRY_MS = 500;
/** BOLT #7 */
const ANNOUNCE_DEPTH = 6;

/** Announces the node when one of its channels is announced: nobody listens to it before (BOLT #7). */
export class Announcer {
  readonly #node: Node;
  #timer: NodeJS.Timeout | undefined;
  #announcedChannels = 0;

  constructor(node: Node) {
    this.#node = node;
  }

  /** Looks until all our public channels that are deep enough are in the graph. */
  soon(): void {
    if (this.#timer) return;
    if (this.#waiting() === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#announce();
      this.soon();
    }, RETRY_MS).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #waiting(): number {
    const deep = this.#node.channels
      .live()
      .filter((channel) => channel.get_is_announced() && channel.get_is_channel_ready())
      .filter((channel) => (some<number>(channel.get_confirmations()) ?? 0) >= ANNOUNCE_DEPTH);
    return deep.length - this.#announcedChannels;
  }

  #announce(): void {
    const { engine, id } = this.#node;
    const graph = engine.graph.read_only();
    const node = graph.node(ldk.NodeId.constructor_from_pubkey(bytesOf(id)));
    const known = isNull(node) ? 0 : node.get_channels().length;
    graph.free();
    if (known <= this.#announcedChannels) return;
    this.#announcedChannels = known;
    const alias = Buffer.alloc(32);
    alias.write(aliasOf(this.#node));
    void engine.act(() =>
      engine.peers.broadcast_node_announcement(bytesOf(colorOf(this.#node)), alias, this.#addresses()),
    );
  }

  #addresses(): ldk.SocketAddress[] {
    const announced = this.#node.ctx.options.list('announce-addr').map((text) => parseAddress(text));
    return announced.flatMap((address) => (address && 'host' in address ? socketAddress(address) : []));
  }
}

function socketAddress(address: Extract<PeerAddress, { host: string }>): ldk.SocketAddress[] {
  if (!isIPv4(address.host)) return [];
  const bytes = Uint8Array.from(address.host.split('.').map(Number));
  return [ldk.SocketAddress.constructor_tcp_ip_v4(bytes, address.port)];
}
