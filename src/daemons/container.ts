/*
 * What is the same in every container that a daemon runs in, whoever runs it: what writes its config, what asks it, and
 * what looks for it have to agree.
 */

/** Where a daemon's state is: bitcoind's datadir, or the lightning-dir. */
export const DATA_DIR = '/data';
/** Of bitcoind's RPC. */
export const RPC_USER = 'ln-play';
export const BITCOIND_RPC_PORT = 18_443;
/** Where a node listens for others. */
export const PEER_PORT = 9_735;

/** The label that what ln-play makes has, with its value. */
export const PART_OF = ['app.kubernetes.io/part-of', 'ln-play'] as const;
/** The label that says whose playground something is. */
export const PLAYGROUND_LABEL = 'ln-play-playground';
/** The label that says which daemon something is of: its host name. */
export const DAEMON_LABEL = 'app.kubernetes.io/instance';
