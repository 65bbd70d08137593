import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Context } from 'hono';

/** The page lies at the same place seen from `src` and from `dist`. */
const FOLDER = fileURLToPath(new URL('../../dist/page/', import.meta.url));

const TYPES: { readonly [extension: string]: string } = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** A file of the page: there is no secret in it. What is no file of it is the page itself, or not there. */
export async function servePage(c: Context): Promise<Response | undefined> {
  const { path } = c.req;
  const name = path === '/' ? 'index.html' : path.slice(1);
  const type = TYPES[extname(name)];
  if (type === undefined || !/^(?:[\w-]+\/)*[\w.-]+$/.test(name)) return undefined;
  const file = join(FOLDER, name);
  const size = await stat(file).then(
    (stats) => (stats.isFile() ? stats.size : undefined),
    () => undefined,
  );
  if (size === undefined) return path === '/' ? c.text(NOT_BUILT) : undefined;
  const cached = name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
  const headers = { 'Content-Type': type, 'Content-Length': String(size), 'Cache-Control': cached };
  return new Response(Readable.toWeb(createReadStream(file)) as ReadableStream, { headers });
}

const NOT_BUILT = 'This copy of ln-play has no page; what the page uses is at /api\n';
