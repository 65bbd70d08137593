import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { JsonFramer } from '../../rpc/framing.js';
import { encodeMessage, isObject } from '../../rpc/json-rpc.js';
import type { Cluster } from '../cluster.js';
import { TO_LIGHTNINGD } from './bridge.js';
import { offer, type Offer } from './offer.js';

/**
 * Offers a pod's lightningd on a socket of this machine. `stop` is kept back: it ends the pod, not the lightningd in it,
 * which its cluster would start again.
 */
export async function offerLightningd(
  cluster: Cluster,
  host: string,
  socketFile: string,
  onStop: () => void,
): Promise<() => void> {
  await mkdir(dirname(socketFile), { recursive: true, mode: 0o700 });
  await rm(socketFile, { force: true });
  const watch: Offer['watch'] = () => {
    const framer = new JsonFramer();
    return (chunk) => {
      const requests = [...framer.push(chunk)];
      const id = requests.map(stopIdOf).find((each) => each !== undefined);
      if (id !== undefined) return { stop: encodeMessage({ jsonrpc: '2.0', id, result: 'Shutdown complete' }) };
      return { on: requests.map((text) => `${text}\n\n`) };
    };
  };
  return await offer({ listen: { path: socketFile }, to: cluster.exec(host, TO_LIGHTNINGD), watch, onStop });
}

/** The id of a request for `stop`. */
function stopIdOf(text: string): string | number | undefined {
  if (!text.includes('"stop"')) return undefined; // most are not looked at twice
  const request: unknown = JSON.parse(text);
  if (!isObject(request) || request['method'] !== 'stop') return undefined;
  return request['id'] as string | number;
}
