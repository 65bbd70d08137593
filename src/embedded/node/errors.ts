import type { CODE } from '../../cln/error-codes.js';

/** What the node cannot do, named as Core Lightning names it; the RPC methods make their answer of it. */
export class NodeError extends Error {
  readonly code: keyof typeof CODE;

  constructor(code: keyof typeof CODE, message: string) {
    super(message);
    this.name = 'NodeError';
    this.code = code;
  }
}

/** The wallet has too little, in Core Lightning's words. @param amountSat what was to be paid; all there is if undefined */
export function cannotAfford(amountSat: bigint | undefined, coins: number, haveSat: bigint): NodeError {
  const short = amountSat === undefined || amountSat < haveSat ? 0n : amountSat - haveSat;
  const amount = amountSat === undefined ? 'all' : `${amountSat}sat`;
  return new NodeError(
    'FUND_CANNOT_AFFORD',
    `Could not afford ${amount} using all ${coins} available UTXOs: ${short}sat short`,
  );
}
