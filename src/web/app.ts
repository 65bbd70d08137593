import { Hono, type MiddlewareHandler } from 'hono';
import { setCookie } from 'hono/cookie';
import { bodyLimit } from 'hono/body-limit';
import { commandRoutes } from './api/commands.js';
import { eventRoutes } from './api/events.js';
import { historyRoutes } from './api/history.js';
import { nodeRoutes } from './api/nodes.js';
import { openApiRoutes } from './api/openapi.js';
import type { WebParts } from './parts.js';
import { servePage } from './page.js';
import { headers, ourCookie, ourHost, ourOrigin } from './security/guard.js';
import { answerError, WebError } from './web-error.js';

/** The most that a request may bring, in bytes. */
const MOST_BODY = 4_000_000;

/** All that the server answers. */
export function webApp(parts: WebParts): Hono {
  const { session, port } = parts;
  const app = new Hono();
  app.use(headers, ourHost(port));
  app.use('/api/*', ourOrigin(port), ourCookie(session), noStore, bodyLimit({ maxSize: MOST_BODY }));
  app.get('/', async (c, next) => {
    const token = c.req.query('token');
    if (token === undefined) return await next();
    if (!session.redeem(token))
      throw new WebError(401, 'UNAUTHORIZED', 'This address was good for one visit, and that is over', {
        hint: 'type ln-play web again',
      });
    setCookie(c, session.cookieName, session.cookie, { httpOnly: true, sameSite: 'Strict', path: '/' });
    return c.redirect('/', 303);
  });
  app.route('/api', openApiRoutes());
  app.route('/api', eventRoutes(parts));
  app.route('/api', commandRoutes(parts));
  app.route('/api', nodeRoutes(parts));
  app.route('/api', historyRoutes(parts));
  app.get('*', async (c, next) => (await servePage(c)) ?? (await next()));
  app.notFound((c) =>
    answerError(
      new WebError(404, 'NOT_FOUND', `There is no ${c.req.method} ${c.req.path}`, { hint: 'see GET /api' }),
      c,
    ),
  );
  app.onError(answerError);
  return app;
}

const noStore: MiddlewareHandler = async (c, next) => {
  await next();
  c.header('Cache-Control', 'no-store');
};
