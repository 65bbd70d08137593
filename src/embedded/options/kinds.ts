import { readMsat } from '../../cln/amounts.js';

/** How the value of an option is read and shown. */
export interface KindRules {
  /** Whether it takes a value at all. */
  readonly takesValue: boolean;
  /** The field of `listconfigs`: `value_str`, `values_int`. */
  readonly field: 'str' | 'int' | 'bool' | 'msat';
  /** What is wrong with the value, in lightningd's words. */
  readonly problem: (value: string) => string | undefined;
}

const NO_PROBLEM = (): undefined => undefined;
const text = (problem: KindRules['problem']): KindRules => ({ takesValue: true, field: 'str', problem });

function whole(min: bigint, max: bigint): KindRules {
  return {
    takesValue: true,
    field: 'int',
    problem: (value) => {
      if (!/^[-+]?(\d+|0[xX][0-9a-fA-F]+)$/.test(value)) return `'${value}' is not a number`;
      const number = readInteger(value);
      return number >= min && number <= max ? undefined : `'${value}' is out of range`;
    },
  };
}

/** A number as strtoul reads it, which decimal and hexadecimal is. */
export function readInteger(value: string): bigint {
  return value.startsWith('-') ? -BigInt(value.slice(1)) : BigInt(value.replace(/^\+/, ''));
}

const TRUE = ['true', 'yes', '1', 'on'];
const FALSE = ['false', 'no', '0', 'off'];

/** A boolean as ccan's opt reads it; undefined for anything else. */
export function readBool(value: string): boolean | undefined {
  const word = value.toLowerCase();
  if (TRUE.includes(word)) return true;
  return FALSE.includes(word) ? false : undefined;
}

function amountProblem(value: string): string | undefined {
  return readMsat(value, 'msat') === undefined ? `Unable to parse millisatoshi '${value}'` : undefined;
}

const isPath = (address: string): boolean => address.startsWith('/');

export const KINDS = {
  flag: { takesValue: false, field: 'bool', problem: NO_PROBLEM },
  string: text(NO_PROBLEM),
  bool: {
    takesValue: true,
    field: 'bool',
    problem: (value) => (readBool(value) === undefined ? `Invalid argument '${value}'` : undefined),
  },
  u32: whole(0n, 2n ** 32n - 1n),
  u64: whole(0n, 2n ** 64n - 1n),
  s32: whole(-(2n ** 31n), 2n ** 31n - 1n),
  s64: whole(-(2n ** 63n), 2n ** 63n - 1n),
  msat: { takesValue: true, field: 'msat', problem: amountProblem },
  mode: text((value) => (/^0[0-7]{3}$/.test(value) ? undefined : `'${value}' is not a file mode`)),
  rgb: text((value) => (/^[0-9a-fA-F]{6}$/.test(value) ? undefined : `rgb '${value}' is not six hex digits`)),
  alias: text((value) => (Buffer.byteLength(value) > 32 ? `Alias '${value}' is over 32 characters` : undefined)),
  /** yes, no or auto. */
  autobool: text((value) =>
    ['auto', 'default'].includes(value.toLowerCase()) || readBool(value) !== undefined
      ? undefined
      : `Invalid argument '${value}'`,
  ),
  /** An address that is announced, which a socket's path cannot be. */
  addr: text((value) => (isPath(value) ? `Don't use --addr=${value}, use --bind-addr=${value}` : undefined)),
  announceAddr: text((value) => (isPath(value) ? `Cannot announce sockets, try --bind-addr=${value}` : undefined)),
  network: text((value) => networkProblem(value)),
} as const satisfies Record<string, KindRules>;

export type Kind = keyof typeof KINDS;

/** The networks that Core Lightning knows. */
const OTHER_NETWORKS = ['bitcoin', 'testnet', 'testnet4', 'signet', 'litecoin', 'litecoin-testnet'];

/** Ours runs only on regtest, and says why. */
export function networkProblem(network: string): string | undefined {
  if (network === 'regtest') return undefined;
  return OTHER_NETWORKS.includes(network)
    ? `${network} is not for this daemon: it is a development tool, for regtest only (start it with --network=regtest)`
    : `Unknown network name '${network}'`;
}
