import type { Cluster } from '../cluster.js';
import { TO_BITCOIND } from './bridge.js';
import { offer, type Offer } from './offer.js';

/** As our own client writes it (rpc/bitcoind.ts). */
const STOP = '"method":"stop"';
const STOPPING = JSON.stringify({ result: 'Bitcoin Core stopping', error: null, id: null });
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${STOPPING.length}\r\nconnection: close\r\n\r\n${STOPPING}`;

/**
 * Offers a pod's bitcoind on a port of this machine. `stop` is kept back: it ends the pod, not the bitcoind in it, which its
 * cluster would start again.
 */
export async function offerBitcoind(
  cluster: Cluster,
  host: string,
  port: number,
  onStop: () => void,
): Promise<() => void> {
  const watch: Offer['watch'] = () => (chunk) => (chunk.includes(STOP) ? { stop: ANSWER } : { on: [chunk] });
  const listen = { host: '127.0.0.1', port };
  return await offer({ listen, to: cluster.exec(host, TO_BITCOIND), watch, onStop });
}
