import { LnPlayError } from '../core/errors.js';
import type { RpcParams } from './json-rpc.js';

/**
 * Reads the arguments of a method as lightning-cli(1) does: `key=value` by name where the first is one, by position
 * otherwise.
 *
 * @throws {LnPlayError} USAGE when some are named and some are not, or one looks like JSON and is none
 */
export function paramsOf(args: readonly string[]): RpcParams {
  if (!/^[a-z_]\w*=/i.test(args[0] ?? '')) return args.map(valueOf);
  return Object.fromEntries(
    args.map((arg) => {
      const at = arg.indexOf('=');
      if (at > 0) return [arg.slice(0, at), valueOf(arg.slice(at + 1))];
      throw new LnPlayError('USAGE', `Argument ${JSON.stringify(arg)} is not key=value, as those before it are`, {
        hint: 'give all arguments by name, or all by position',
      });
    }),
  );
}

/** What looks like JSON is JSON, all else a string: numbers (but not with leading zeros: those are hex), true, {…}. */
function valueOf(text: string): unknown {
  const literal = /^(0|[1-9]\d*)(\.\d+)?$|^(true|false|null)$|^\{.*\}$|^\[.*\]$|^".*"$/s.test(text);
  if (!literal || (/^\d+$/.test(text) && !Number.isSafeInteger(Number(text)))) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new LnPlayError('USAGE', `Argument ${JSON.stringify(text)} looks like JSON and is none`, {
      hint: 'quote it for the shell, or mend its brackets and quotes',
      cause,
    });
  }
}
