import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Dispatcher } from 'undici';
import { LnPlayError, throwIfAborted } from '../../../core/errors.js';
import { cacheError } from '../own-cache.js';
import { failure, GOES_ON, networkError } from './failures.js';
import type { Goods } from './goods.js';
import { Patient, type Patience } from './patient.js';

export interface RequestOptions {
  readonly goods: Goods;
  /** Which proxies to go through: HTTPS_PROXY, HTTP_PROXY, NO_PROXY, in capitals or not. */
  readonly env: NodeJS.ProcessEnv;
  readonly patience: Patience;
  readonly signal?: AbortSignal | undefined;
  /** How many bytes are there, of how many; 0 where the server doesn't say. */
  readonly onBytes: (done: number, total: number) => void;
  /** More than this many nobody should fill a disk with; 500 MB, where a release has some 50. */
  readonly maxBytes?: number;
}

/** Whether all that the server has is there now. What broke in the middle can be gone on with. */
export type Outcome = 'whole' | 'no such range' | { readonly broke: LnPlayError };

const MAX_REDIRECTIONS = 5;
const MAX_BYTES = 500_000_000;
const [OK, PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE] = [200, 206, 416];

/**
 * Asks once for what a file lacks from byte `from` on, and writes it as it comes. A server that knows no ranges sends all
 * of it, which then takes the place of what was there.
 *
 * @throws {LnPlayError} DOWNLOAD if there is no such answer; FILESYSTEM; ABORTED
 */
export async function requestRest(url: URL, file: string, from: number, options: RequestOptions): Promise<Outcome> {
  const { EnvHttpProxyAgent, interceptors, request } = await import('undici'); // 80 ms: only where something is fetched
  const { goods, env, patience, signal, onBytes, maxBytes = MAX_BYTES } = options;
  const patient = new Patient(url, patience, signal);
  let agent: Dispatcher | undefined;
  let begun = false;
  try {
    agent = new EnvHttpProxyAgent(proxiesOf(env));
    const redirect = interceptors.redirect({ maxRedirections: MAX_REDIRECTIONS });
    const { statusCode, headers, body } = await request(bare(url), {
      dispatcher: agent.compose(redirect),
      headers: { ...authorization(url), ...(from > 0 ? { range: `bytes=${from}-` } : {}) },
      signal: patient.signal,
      headersTimeout: 0, // ours are exact, and begin before the connection is there
      bodyTimeout: 0,
    });
    body.on('error', () => {}); // told to whoever reads it; an answer that is refused is read by nobody
    if (statusCode === RANGE_NOT_SATISFIABLE) return 'no such range';
    if (statusCode !== OK && statusCode !== PARTIAL_CONTENT) throw refused(goods, url, statusCode);
    if (/^text\/html/i.test(String(headers['content-type'])))
      throw failure(
        goods,
        url,
        'it answers with a web page',
        'this network may want you to log in first: open a browser',
      );
    begun = true;
    const begin = statusCode === PARTIAL_CONTENT ? from : 0;
    if (begin > 0 && !String(headers['content-range']).startsWith(`bytes ${begin}-`)) return 'no such range';
    const length = Number(headers['content-length'] ?? 0);
    const total = length > 0 ? begin + length : 0;
    await write(file, begin, body, goods, (done) => {
      if (done > maxBytes) throw failure(goods, url, `it sends more than ${maxBytes} bytes`);
      patient.heard();
      onBytes(done, total);
    });
    return 'whole';
  } catch (cause) {
    if (cause instanceof LnPlayError) throw cause;
    throwIfAborted(signal);
    if (patient.stalled) throw failure(goods, url, patient.stalled, GOES_ON, cause);
    if (begun) return { broke: networkError(goods, url, cause) };
    throw networkError(goods, url, cause);
  } finally {
    patient.stop();
    await agent?.destroy();
  }
}

async function write(
  file: string,
  begin: number,
  body: AsyncIterable<Uint8Array>,
  { what }: Goods,
  onBytes: (done: number) => void,
): Promise<void> {
  const cannot = (cause: unknown): never => {
    throw cacheError(dirname(file), what, cause);
  };
  const handle = await open(file, begin > 0 ? 'a' : 'w', 0o600).catch(cannot);
  try {
    let done = begin;
    onBytes(done);
    for await (const chunk of body) {
      await handle.writeFile(chunk).catch(cannot);
      onBytes((done += chunk.length));
    }
  } finally {
    await handle.close();
  }
}

/** As other programs read these variables: small letters first, and a proxy without `http://` is one all the same. */
function proxiesOf(env: NodeJS.ProcessEnv) {
  const of = (name: string) => env[name] || env[name.toUpperCase()] || '';
  const proxy = (name: string) => of(name).replace(/^(?!\w+:\/\/)(?=.)/, 'http://');
  return { httpProxy: proxy('http_proxy'), httpsProxy: proxy('https_proxy'), noProxy: of('no_proxy') };
}

function authorization({ username, password }: URL): { authorization?: string } {
  if (!username) return {};
  const pair = [username, password].map(decodeURIComponent).join(':');
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

const bare = ({ origin, pathname, search }: URL): string => `${origin}${pathname}${search}`;

function refused(goods: Goods, url: URL, statusCode: number): LnPlayError {
  if (statusCode === 404) return failure(goods, url, 'there is no such file (404)', goods.notFound);
  return failure(goods, url, `it answers ${statusCode}`);
}
