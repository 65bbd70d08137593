import type { Socket } from 'node:net';
import type { Command } from '../../process/daemon-process.js';
import { BridgeChild } from './bridge-child.js';

/** As our own client writes it (rpc/bitcoind.ts). */
const STOP = '"method":"stop"';
const STOPPING = JSON.stringify({ result: 'Bitcoin Core stopping', error: null, id: null });
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${STOPPING.length}\r\nconnection: close\r\n\r\n${STOPPING}`;

/**
 * Connects a client to a pod's bitcoind. `stop` is kept back: it ends the pod, not the bitcoind in it, which its cluster
 * would start again.
 */
export function serveBitcoind(client: Socket, to: Command, onStop: () => void): void {
  const bridge = new BridgeChild(to, {
    onHello: () => {},
    onData: (chunk) => {
      if (client.write(chunk)) return;
      bridge.pause();
      client.once('drain', () => bridge.resume());
    },
    onEnd: () => client.destroySoon(),
  });
  client.on('data', (chunk: Buffer) => {
    if (chunk.includes(STOP)) {
      client.end(ANSWER);
      onStop();
    } else if (!bridge.write(chunk)) {
      client.pause();
      bridge.onceDrained(() => client.resume());
    }
  });
  client.on('close', () => bridge.end());
}
