import * as ldk from '#ldk';
import { parseTransaction, type Transaction } from '../bitcoin/transaction.js';
import { err, ok } from './convert.js';
import type { Engine } from './engine.js';

/**
 * Spends an output of a closed channel that LDK has told of (`SpendableOutput`) to `script`, at a feerate per 1000 weight.
 *
 * @throws {Error} if LDK cannot
 */
export const spendOutput = (engine: Engine, descriptor: Uint8Array, script: Uint8Array, perKw: number): Transaction =>
  engine.read(() => {
    const output = ok<ldk.SpendableOutputDescriptor>(ldk.SpendableOutputDescriptor.constructor_read(descriptor));
    if (!output) throw new Error('a spendable output cannot be read');
    const spent = engine.keysManager
      .as_OutputSpender()
      .spend_spendable_outputs([output], [], script, perKw, ldk.Option_u32Z.constructor_none());
    const raw = ok<Uint8Array>(spent);
    if (!raw) throw new Error(`LDK cannot spend it: ${String(err(spent))}`);
    return parseTransaction(raw);
  });
