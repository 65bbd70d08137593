import { LnPlayError, messageOf, systemCode } from '../../../core/errors.js';
import type { Goods } from './goods.js';

const reach = ({ mirror }: Goods): string =>
  `is the network up, and does it want a proxy (HTTPS_PROXY)? Where the site cannot be reached, name a mirror with ${mirror}`;

/** What Node and undici say, and what helps. */
const REMEDIES: readonly { readonly pattern: RegExp; readonly hint: string }[] = [
  {
    pattern: /certificate|CERT_|SELF_SIGNED|UNABLE_TO_VERIFY/i,
    hint: "compare this machine's clock (`date`) with the true time; a proxy's own certificate authority is named with NODE_EXTRA_CA_CERTS",
  },
  {
    pattern: /HTTP Tunneling|proxy|socks/i,
    hint: 'look at HTTPS_PROXY, HTTP_PROXY and NO_PROXY: the proxy would not do it',
  },
];

/** An address as it may be shown: a password in it is nobody's business. */
export function shownUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

/** What went wrong between us and the server. */
export function networkError(goods: Goods, url: URL, cause: unknown): LnPlayError {
  const code = systemCode(cause);
  const said = messageOf(cause) || 'it cannot be reached'; // Node's error for several addresses has no text
  const text = code && !said.includes(code) ? `${said} (${code})` : said;
  const remedy = REMEDIES.find(({ pattern }) => pattern.test(text))?.hint;
  return failure(goods, url, text, remedy, cause);
}

/** The error of a download from a project's site or a mirror of it. */
export function failure(goods: Goods, url: URL, what: string, remedy = reach(goods), cause?: unknown): LnPlayError {
  return new LnPlayError('DOWNLOAD', `${goods.what} could not be fetched from ${shownUrl(url)}: ${what}`, {
    hint: `${remedy}; or ${goods.otherwise}`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** For what an impatient or broken connection left: the next try begins where it ended. */
export const GOES_ON = 'try again: it goes on where it stopped';
