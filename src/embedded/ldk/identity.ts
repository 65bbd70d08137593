import { hexOf } from '../bitcoin/hex.js';
import type { Node } from './node.js';

/** The alias in force; where none is set, one made of the node id. */
export const aliasOf = (node: Pick<Node, 'ctx' | 'id'>): string =>
  node.ctx.options.string('alias') ?? `LNPLAY-${node.id.slice(2, 10)}`;

/** The colour in force, six hex digits. */
export const colorOf = (node: Pick<Node, 'ctx' | 'id'>): string =>
  node.ctx.options.string('rgb') ?? node.id.slice(0, 6);

/** Feature bits of our invoices: var_onion and payment_secret needed, basic_mpp understood (BOLT #9). */
export const INVOICE_FEATURES = '024100';

/** Our feature bits (BOLT #9), hex, by where they are told. */
export const featuresOf = (node: Node): Record<'init' | 'node' | 'channel' | 'invoice', string> => ({
  init: bits(node.engine.manager.init_features()),
  node: bits(node.engine.manager.node_features()),
  channel: '',
  invoice: INVOICE_FEATURES,
});

/** LDK writes features with their length in two bytes before them. */
const bits = (features: { write(): Uint8Array }): string => hexOf(features.write().subarray(2));
