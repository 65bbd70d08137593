import { LnPlayError } from '../../core/errors.js';
import type { RpcParams } from '../../rpc/json-rpc.js';

const NAMED = /^([A-Za-z_][\w-]*)=(.*)$/s;

/**
 * Reads the arguments of a method as lightning-cli(1) does: all `name=value`, or all by position; a value that is JSON is
 * taken as JSON, anything else as a string.
 *
 * @throws {LnPlayError} USAGE when some are named and some are not
 */
export function parseParams(args: readonly string[]): RpcParams {
  const named = args.map((arg) => NAMED.exec(arg));
  if (args.length === 0 || !named[0]) return args.map(parseValue);
  const bad = named.findIndex((match) => match === null);
  if (bad !== -1)
    throw new LnPlayError('USAGE', `argument ${JSON.stringify(args[bad])} has no name, but ${named[0][1]} has one`, {
      hint: 'write all as NAME=VALUE, or none',
    });
  return Object.fromEntries(named.map((match) => [match![1]!, parseValue(match![2]!)]));
}

function parseValue(text: string): unknown {
  if (!/^(-?\d|true$|false$|null$|[[{"])/.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    // 0123 and 1e400 are no numbers to JSON or to us; nor is one that would lose its digits.
    return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(text) ? text : value;
  } catch {
    return text;
  }
}
