/** The version of ln-play that this daemon belongs to. */
export const LN_PLAY_VERSION = '0.1.0';
/** The Lightning implementation inside. */
export const LDK_VERSION = '0.1.2';

/**
 * What `getinfo` and LIGHTNINGD_VERSION say: the version of Core Lightning whose interface this is comes first, because
 * plugins and scripts read it to know what they may use.
 */
export const VERSION = `v26.06.6-ln-play-${LN_PLAY_VERSION}`;

/** What `--version` prints. */
export const VERSION_LINE = `ln-play-lightningd ${LN_PLAY_VERSION} (LDK ${LDK_VERSION})`;
