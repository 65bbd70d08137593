import { serveFiles, type Site } from '../http/site.js';
import { VERSION } from './archive.js';

export interface CoreSite extends Site {
  /** What stands for `https://bitcoincore.org/bin`. */
  readonly base: string;
}

/** A server on loopback with the layout of bitcoincore.org and the release for one target. */
export async function fakeSite(target: string, bytes: Buffer): Promise<CoreSite> {
  const path = `/bin/bitcoin-core-${VERSION}/bitcoin-${VERSION}-${target}.tar.gz`;
  const site = await serveFiles({ [path]: bytes }, path);
  return Object.assign(site, { base: `${site.origin}/bin` });
}
