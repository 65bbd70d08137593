/** The release of Core Lightning whose interface this folder describes, as `getinfo` writes it. */
export const CLN_VERSION = 'v26.06.6';
