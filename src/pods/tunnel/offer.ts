import { createServer, type ListenOptions, type Socket } from 'node:net';
import type { Command } from '../../process/daemon-process.js';
import { startStream } from '../../process/stream-child.js';

export interface Offer {
  /** A socket of this machine. */
  readonly listen: ListenOptions;
  /** What each connection is connected to: a command in the pod. */
  readonly to: Command;
  /**
   * Looks at what a client sends: returns what is sent on, or an answer of ours instead, after which the pod is stopped.
   * One for each connection.
   */
  readonly watch: () => (chunk: Buffer) => { readonly on: readonly (Buffer | string)[] } | { readonly stop: string };
  readonly onStop: () => void;
}

/**
 * Offers what listens in a pod on a socket of this machine: each connection to it is one of a command in the pod.
 *
 * @returns what ends the offer, and its connections once they have their answers
 */
export async function offer({ listen, to, watch, onStop }: Offer): Promise<() => void> {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    const { stream, kill } = startStream(to);
    const look = watch();
    client.on('data', (chunk: Buffer) => {
      const seen = look(chunk);
      if ('stop' in seen) {
        client.end(seen.stop);
        onStop();
      } else for (const part of seen.on) if (!stream.write(part)) pauseUntilDrained(client, stream);
    });
    client.on('error', () => {});
    client.on('close', () => (clients.delete(client), kill()));
    stream.pipe(client);
    stream.on('close', () => client.destroySoon());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(listen, resolve));
  return () => {
    server.close();
    for (const client of clients) client.destroySoon();
  };
}

function pauseUntilDrained(client: Socket, stream: NodeJS.WritableStream): void {
  client.pause();
  stream.once('drain', () => client.resume());
}
