import { NodeError } from '../errors.js';
import { formatAddress, type PeerAddress } from './addresses.js';
import { ConnectError, type Peer, type Peers } from './peers.js';
import type { Reconnector } from './reconnector.js';

const PATIENCE_MS = 60_000;

export interface DialerParts {
  readonly nodeId: string;
  readonly peers: Pick<Peers, 'get' | 'connect'>;
  readonly known: Pick<Reconnector, 'addressOf' | 'remember'>;
}

/** Connects to peers, and remembers where they were found. */
export class Dialer {
  readonly #parts: DialerParts;

  constructor(parts: DialerParts) {
    this.#parts = parts;
  }

  /**
   * Connects to a peer: at `address`, or where it was found last.
   *
   * @throws {NodeError} with lightning-connect(7)'s codes
   */
  async dial(id: string, address?: PeerAddress): Promise<Peer> {
    const { nodeId, peers, known } = this.#parts;
    if (id === nodeId) throw new NodeError('CONNECT_NO_KNOWN_ADDRESS', 'Cannot connect to ourselves');
    const connected = peers.get(id);
    if (connected) return connected;
    const where = address ?? known.addressOf(id);
    if (!where) throw new NodeError('CONNECT_NO_KNOWN_ADDRESS', 'Unable to connect, no address known for peer');
    try {
      const peer = await within(PATIENCE_MS, peers.connect(id, where), formatAddress(where));
      if (peer.direction === 'out') await known.remember(id, peer.address);
      return peer;
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      throw new NodeError('CONNECT_ALL_ADDRESSES_FAILED', `All addresses failed: ${error.message}`);
    }
  }
}

async function within<T>(timeoutMs: number, promise: Promise<T>, where: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ConnectError(`${where}: Connection establishment: Operation timed out. `)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
