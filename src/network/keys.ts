import { createHash } from 'node:crypto';
import type { NodeKey } from './spec.js';

/**
 * The hsm_secret of the node with this name, the same in every playground: so node ids are the same every time, as the
 * accounts of other development chains are. Worthless by design: regtest only.
 *
 * @returns 32 bytes
 */
export const fixedSecret = (name: string): Uint8Array =>
  createHash('sha256').update(`ln-play regtest node ${name}`).digest();

/** The hsm_secret of a node: 32 bytes; undefined for one that makes its own. */
export function secretOf(name: string, key: NodeKey): Uint8Array | undefined {
  if (key === 'random') return undefined;
  return key === 'name' ? fixedSecret(name) : Buffer.from(key.secret, 'hex');
}

/** A colour of its own for each name: six hex digits; l1 is red, as in the talk. */
export const colourOf = (name: string): string =>
  name === 'l1' ? 'ff0000' : createHash('sha256').update(name).digest('hex').slice(0, 6);
