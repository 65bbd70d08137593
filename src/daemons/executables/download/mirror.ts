import { LnPlayError } from '../../../core/errors.js';

/** Why nothing may be fetched; undefined if it may. */
export function whyOffline(env: NodeJS.ProcessEnv): string | undefined {
  const offline = env['LN_PLAY_OFFLINE'];
  return offline && offline !== '0' ? `LN_PLAY_OFFLINE=${offline} forbids it` : undefined;
}

/**
 * A project's site, or what a variable names in its place.
 *
 * @throws {LnPlayError} USAGE if that is no address
 */
export function siteOrMirror(site: string, variable: string, env: NodeJS.ProcessEnv): URL {
  const address = env[variable] || site;
  if (URL.canParse(address) && /^https?:/i.test(address)) return new URL(address);
  throw new LnPlayError('USAGE', `${variable}=${address} is not the address of a mirror`, {
    hint: `give what stands for ${site}, for example ${variable}=https://mirror.example/releases`,
  });
}

/** The address of a file below another address. */
export const below = (base: URL, path: string): URL => new URL(`${base.pathname.replace(/\/$/, '')}/${path}`, base);
