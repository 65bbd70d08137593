import { serve, type ServerType } from '@hono/node-server';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Hono, type Context } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { LnPlayError, messageOf } from '../core/errors.js';
import type { Playground } from '../network/playground.js';
import { describePlayground } from './describe.js';
import type { PlaygroundPool } from './pool.js';

export interface PoolServerOptions {
  /** On 127.0.0.1; any free one by default. */
  readonly port?: number | undefined;
  /** What a client has to show; random by default. */
  readonly token?: string | undefined;
  /** How long a client may keep a playground, in ms; after that it is taken back. */
  readonly leaseMs: number;
  /** Told when a playground was taken back, and when one could not be removed. */
  readonly onNote: (what: string) => void;
}

export interface PoolServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly token: string;
}

interface Lease {
  readonly playground: Playground;
  readonly timer: NodeJS.Timeout;
}

/**
 * Offers a pool to tests in any language, over HTTP on 127.0.0.1, with a bearer token:
 * `POST /playgrounds` gives one away (201; as `describePlayground` has it, with `id` and `lease_ends_at`),
 * `DELETE /playgrounds/ID` removes it (204), `GET /` counts (`ready`, `making`, `given`).
 * What goes wrong is `{ "error": { code, message, hint } }`.
 *
 * @throws {LnPlayError} STATE where the port is taken
 */
export async function servePool(pool: PlaygroundPool, options: PoolServerOptions): Promise<PoolServer> {
  const { port = 0, token = randomBytes(16).toString('hex'), leaseMs, onNote } = options;
  const leases = new Map<string, Lease>();

  /** @returns false where there is no such lease, any more or at all */
  const end = async (id: string): Promise<boolean> => {
    const lease = leases.get(id);
    if (!lease) return false;
    leases.delete(id);
    clearTimeout(lease.timer);
    await pool.release(lease.playground);
    return true;
  };

  const lend = (playground: Playground): { readonly id: string; readonly lease_ends_at: string } => {
    const id = randomBytes(8).toString('hex');
    const takeBack = (): void => {
      onNote(`${id} was not given back in time, and is removed: ${playground.dir}`);
      end(id).catch((error: unknown) => onNote(messageOf(error)));
    };
    leases.set(id, { playground, timer: setTimeout(takeBack, leaseMs).unref() });
    return { id, lease_ends_at: new Date(Date.now() + leaseMs).toISOString() };
  };

  const app = new Hono();
  const unauthorized = errorBody(
    'UNAUTHORIZED',
    'The token is missing or wrong',
    'send it as Authorization: Bearer TOKEN',
  );
  app.use(
    bearerAuth({
      token,
      noAuthenticationHeader: { message: unauthorized },
      invalidAuthenticationHeader: { message: unauthorized },
      invalidToken: { message: unauthorized },
    }),
  );
  app.get('/', (c) => c.json(pool.counts));
  app.post('/playgrounds', async (c) => {
    const gone = c.req.raw.signal;
    const playground = await pool.acquire(gone);
    if (gone.aborted) {
      await pool.release(playground); // nobody would ever give it back
      return c.body(null, 503);
    }
    return c.json({ ...lend(playground), ...(await describePlayground(playground)) }, 201);
  });
  app.delete('/playgrounds/:id', async (c) => {
    const id = c.req.param('id');
    if (await end(id)) return c.body(null, 204);
    return c.json(
      errorBody('NOT_FOUND', `There is no playground ${id}`, 'it was given back before, or taken back'),
      404,
    );
  });
  app.notFound((c) =>
    c.json(
      errorBody(
        'NOT_FOUND',
        `There is no ${c.req.method} ${c.req.path}`,
        'POST /playgrounds, DELETE /playgrounds/ID or GET /',
      ),
      404,
    ),
  );
  app.onError(answerError);

  const server = await listen(app, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    async [Symbol.asyncDispose]() {
      for (const { timer } of leases.values()) clearTimeout(timer);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(app: Hono, port: number): Promise<ServerType> {
  return await new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, () => resolve(server));
    server.once('error', (cause) =>
      reject(
        new LnPlayError('STATE', `Cannot listen on 127.0.0.1:${port}: ${messageOf(cause)}`, {
          hint: 'choose another --port, or leave it out for a free one',
          cause,
        }),
      ),
    );
  });
}

function answerError(error: Error, c: Context): Response {
  if ('getResponse' in error && typeof error.getResponse === 'function')
    return (error.getResponse as () => Response).call(error);
  const known = error instanceof LnPlayError;
  return c.json(errorBody(known ? error.code : 'UNEXPECTED', error.message, known ? error.hint : undefined), 500);
}

const errorBody = (code: string, message: string, hint?: string) => ({ error: { code, message, hint: hint ?? null } });
