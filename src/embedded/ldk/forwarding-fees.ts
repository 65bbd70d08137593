import type { OptionValues } from '../context.js';

/** What we take for forwarding a payment, if nothing else was said of the channel. */
export const forwardingFees = (
  options: Pick<OptionValues, 'number'>,
): { readonly baseMsat: number; readonly millionths: number } => ({
  baseMsat: options.number('fee-base') ?? 1,
  millionths: options.number('fee-per-satoshi') ?? 10,
});
