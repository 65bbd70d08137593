/** What a hook is: which answers it takes, and what its filters are made of, where it takes any. */
export interface Hook {
  /** The `result`s that a plugin may answer, beside `continue`. */
  readonly results: readonly string[];
  /** Members that stand for an answer without `result`. */
  readonly instead?: readonly string[];
  readonly filter?: 'string' | 'number';
}

const NONE: Hook = { results: [] };

/** Every hook of Core Lightning v26.06 (the schemas in its hook/*.json). */
export const HOOKS: ReadonlyMap<string, Hook> = new Map<string, Hook>([
  ['commitment_revocation', NONE],
  ['custommsg', { results: [], filter: 'number' }],
  ['db_write', NONE],
  ['htlc_accepted', { results: ['fail', 'resolve'] }],
  ['invoice_payment', { results: ['reject'], instead: ['failure_message'] }],
  ['onion_message_recv', NONE],
  ['onion_message_recv_secret', NONE],
  ['openchannel', { results: ['reject'] }],
  ['openchannel2', NONE],
  ['openchannel2_changed', NONE],
  ['openchannel2_sign', NONE],
  ['peer_connected', { results: ['disconnect'] }],
  ['rbf_channel', NONE],
  ['recover', NONE],
  ['rpc_command', { results: [], instead: ['replace', 'return'], filter: 'string' }],
]);
