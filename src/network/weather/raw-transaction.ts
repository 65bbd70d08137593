/** An output that is spent, with what its script asks for: bare bytes, the witness script last. */
export interface RawInput {
  readonly txid: string;
  readonly output: number;
  readonly witness: readonly Buffer[];
}

export interface RawOutput {
  readonly amountSat: bigint;
  readonly script: Buffer;
}

/** A transaction as BIP144 has it, in hex. One without inputs is not whole: bitcoind's fundrawtransaction adds them. */
export function rawTransaction(inputs: readonly RawInput[], outputs: readonly RawOutput[]): string {
  const isSegwit = inputs.length > 0;
  return Buffer.concat([
    ...(isSegwit ? [VERSION, MARKER] : [VERSION]),
    ...body(inputs, outputs),
    ...(isSegwit ? witnesses(inputs) : []),
    NO_LOCKTIME,
  ]).toString('hex');
}

/** In units of weight (BIP141). */
export function weightOf(inputs: readonly RawInput[], outputs: readonly RawOutput[]): number {
  const length = (parts: readonly Buffer[]): number => parts.reduce((sum, part) => sum + part.length, 0);
  const base = VERSION.length + length(body(inputs, outputs)) + NO_LOCKTIME.length;
  return 4 * base + MARKER.length + length(witnesses(inputs));
}

const VERSION = littleEndian(2n, 4);
/** BIP144's marker and flag. */
const MARKER = Buffer.from([0, 1]);
const NO_LOCKTIME = littleEndian(0n, 4);
const NO_SEQUENCE = littleEndian(0xffff_fffdn, 4);

const body = (inputs: readonly RawInput[], outputs: readonly RawOutput[]): Buffer[] => [
  compactSize(inputs.length),
  ...inputs.flatMap(({ txid, output }) => [
    Buffer.from(Buffer.from(txid, 'hex').toReversed()), // txids are written the other way round
    littleEndian(BigInt(output), 4),
    compactSize(0),
    NO_SEQUENCE,
  ]),
  compactSize(outputs.length),
  ...outputs.flatMap(({ amountSat, script }) => [littleEndian(amountSat, 8), compactSize(script.length), script]),
];

const witnesses = (inputs: readonly RawInput[]): Buffer[] =>
  inputs.flatMap(({ witness }) => [
    compactSize(witness.length),
    ...witness.flatMap((item) => [compactSize(item.length), item]),
  ]);

function littleEndian(value: bigint, bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)));
}

function compactSize(count: number): Buffer {
  return count < 0xfd ? Buffer.from([count]) : Buffer.concat([Buffer.from([0xfd]), littleEndian(BigInt(count), 2)]); // none is longer here
}
