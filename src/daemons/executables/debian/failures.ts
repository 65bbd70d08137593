import { LnPlayError } from '../../../core/errors.js';
import { OTHERWISE } from '../fetch/programs.js';

interface Place {
  readonly mirror: string;
  readonly suite: string;
  readonly cache: string;
}

/** What apt and dpkg say, in the C locale, and what helps. */
const REMEDIES: readonly { readonly pattern: RegExp; readonly hint: (place: Place) => string }[] = [
  {
    pattern: /No space left on device|enough free space/,
    hint: ({ cache }) => `make room: it takes 250 MB for a moment in ${cache}; or choose another with LN_PLAY_CACHE`,
  },
  {
    pattern: /NO_PUBKEY|EXPKEYSIG|KEYEXPIRED|REVKEYSIG|BADSIG|not signed|signatures? (couldn't|were invalid)|verif/i,
    hint: ({ mirror, suite }) =>
      `what ${mirror} gave as ${suite} is not signed by a key of debian-archive-keyring: update it with ` +
      '`sudo apt-get install debian-archive-keyring`, or distrust the mirror',
  },
  {
    pattern: /Hash Sum mismatch|File has unexpected size/,
    hint: ({ mirror }) => `${mirror} was being updated, or a proxy changed it: try again in some minutes`,
  },
  {
    pattern: /is not valid yet|is expired|not valid anymore/,
    hint: ({ mirror }) => `compare this machine's clock (\`date\`) with the true time; or ${mirror} is out of date`,
  },
  {
    pattern:
      /Could not resolve|resolving|Could not connect|Unable to connect|Connection (failed|refused|timed out)|407/,
    hint: ({ mirror }) => `is the network up, and does apt know the proxy (http_proxy)? It must reach ${mirror}`,
  },
  {
    pattern: /does not have a Release file|404|Unable to locate package|no installation candidate/,
    hint: ({ mirror, suite }) => `${mirror} has no ${suite} for this architecture: name another Debian mirror to apt`,
  },
];

/** What went wrong in a download, with apt's own words and what to do. An error that is not apt's stays as it is. */
export function downloadError(cause: unknown, place: Place): unknown {
  if (!(cause instanceof LnPlayError) || cause.code !== 'DAEMON') return cause;
  const details = cause.details.slice(1); // the first is the command, which is all options
  const said = details.join('\n');
  const remedy = REMEDIES.find(({ pattern }) => pattern.test(said))?.hint(place);
  return new LnPlayError(
    'DOWNLOAD',
    `bitcoind could not be fetched from Debian's archive at ${place.mirror}: ${cause.message}`,
    { details, hint: remedy ? `${remedy}; or ${OTHERWISE}` : OTHERWISE, cause },
  );
}
