import type { MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { secureHeaders } from 'hono/secure-headers';
import { WebError } from '../web-error.js';
import type { Session } from './session.js';

/** A page of ours alone, all of whose parts come from us; nobody may put it into a frame. */
export const headers: MiddlewareHandler = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: 'no-referrer',
  crossOriginResourcePolicy: 'same-origin',
  xFrameOptions: 'DENY',
  strictTransportSecurity: false, // there is no TLS on 127.0.0.1
});

/** Lets in only who names us by our own address: a name of somebody else's may lead here, too (DNS rebinding). */
export const ourHost =
  (port: () => number): MiddlewareHandler =>
  async (c, next) => {
    if (hosts(port()).includes(c.req.header('host') ?? '')) return await next();
    throw new WebError(403, 'FORBIDDEN', `Nothing is here by the name ${c.req.header('host') ?? ''}`, {
      hint: `open http://127.0.0.1:${port()}/`,
    });
  };

/** Lets in only what a page of ours, or no page at all, has sent. */
export const ourOrigin =
  (port: () => number): MiddlewareHandler =>
  async (c, next) => {
    const origin = c.req.header('origin');
    const site = c.req.header('sec-fetch-site') ?? 'none';
    const isOurs = origin === undefined || hosts(port()).some((host) => origin === `http://${host}`);
    if (!isOurs || !['same-origin', 'none'].includes(site))
      throw new WebError(403, 'FORBIDDEN', `A page of ${origin ?? 'another site'} may ask nothing here`, {
        hint: `open http://127.0.0.1:${port()}/`,
      });
    if (c.req.method === 'POST' && !/^application\/json\b/.test(c.req.header('content-type') ?? ''))
      throw new WebError(415, 'USAGE', 'The body has to be JSON', { hint: 'say so: Content-Type: application/json' });
    return await next();
  };

/** Lets in only who has the cookie. */
export const ourCookie =
  (session: Session): MiddlewareHandler =>
  async (c, next) => {
    if (session.isCookie(getCookie(c, session.cookieName))) return await next();
    throw new WebError(401, 'UNAUTHORIZED', 'This browser has not been let in, or no longer', {
      hint: 'type ln-play web, and open what it prints',
    });
  };

const hosts = (port: number): string[] => [`127.0.0.1:${port}`, `localhost:${port}`];
