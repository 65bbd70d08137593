import { serve, type ServerType } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import type { Hono } from 'hono';
import { LnPlayError, messageOf, systemCode } from '../core/errors.js';

/** How long those who were answered may take to read it when the server ends, and how often it is looked, in ms. */
const GRACE_MS = 500;
const LOOK_MS = 10;

/** A server that listens. */
export interface Listening {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/**
 * Listens on 127.0.0.1.
 *
 * @param ports to be tried in order; 0 is any that is free
 * @throws {LnPlayError} STATE where the last is taken, too
 */
export async function listen(app: Hono, ports: readonly number[]): Promise<Listening> {
  for (const [index, port] of ports.entries())
    try {
      return await listenAt(app, port);
    } catch (cause) {
      if (systemCode(cause) === 'EADDRINUSE' && index < ports.length - 1) continue;
      throw new LnPlayError('STATE', `Cannot listen on 127.0.0.1:${port}: ${messageOf(cause)}`, {
        hint: 'choose another --port, or leave it out for a free one',
        cause,
      });
    }
  throw new Error('no port to listen on');
}

async function listenAt(app: Hono, port: number): Promise<Listening> {
  const server = await new Promise<ServerType>((resolve, reject) => {
    const made = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, () => resolve(made));
    made.once('error', reject);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if (!('closeIdleConnections' in server)) return await closed;
      const idle = setInterval(() => server.closeIdleConnections(), LOOK_MS);
      const all = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearInterval(idle);
      clearTimeout(all);
    },
  };
}
