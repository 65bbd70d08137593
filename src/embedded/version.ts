import { CLN_VERSION } from '../cln/version.js';

/** The version of ln-play that this daemon belongs to. */
const LN_PLAY_VERSION = '0.1.0';

/**
 * What `getinfo`, `--version` and LIGHTNINGD_VERSION say: the version of Core Lightning whose interface this is comes
 * first, because plugins, scripts and pyln-testing read it to know what they may use.
 */
export const VERSION = `${CLN_VERSION}-ln-play-${LN_PLAY_VERSION}`;
