import { z } from 'zod';
import { parseAmountMsat, parseAmountSat } from '../cln/amounts.js';
import { parseFeerate } from '../cln/feerate.js';
import { parseDurationMs } from '../core/durations.js';
import { LnPlayError } from '../core/errors.js';

/** What an issue that a reader of ours raised carries besides its message. */
export interface IssueParams {
  readonly hint?: string | undefined;
}

/** Text, or a number that YAML and JSON take for one: `10sat`, `1000`. */
const text = (error: string) => z.union([z.string(), z.number()], { error });

/** Reads with a reader that the command line has too; what that throws is an issue with a hint. */
function read<I, O>(schema: z.ZodType<unknown, I>, reader: (value: I) => O) {
  return schema.transform((value, context): O => {
    try {
      return reader(value as I);
    } catch (error) {
      if (!(error instanceof LnPlayError)) throw error;
      const params: IssueParams = { hint: error.hint };
      context.issues.push({ code: 'custom', message: error.message, params, input: value });
      return z.NEVER;
    }
  });
}

const digits = (value: string | number, key: string): string => {
  if (typeof value === 'number' && !(Number.isSafeInteger(value) && value >= 0))
    throw new LnPlayError('USAGE', `${key} ${value} is not an amount`, {
      hint: 'amounts are written 24msat, 10sat or 0.042btc; a bare number is a whole one',
    });
  return String(value);
};

/** An amount of the chain or of a channel; a bare number is sat. */
export const sat = (key: string) =>
  read(text('an amount, such as 10sat or 0.042btc'), (value) => parseAmountSat(digits(value, key), key));

/** An amount; a bare number is in `bare`. */
export const msat = (key: string, bare: 'msat' | 'sat') =>
  read(text('an amount, such as 24msat or 10sat'), (value) => parseAmountMsat(digits(value, key), key, bare));

/** A time with its unit. */
export const durationMs = (key: string) =>
  read(text('a duration, such as 200ms, 30s or 2m'), (value) => parseDurationMs(String(value), key));

/** A feerate as lightningd takes it. */
export const feerate = () =>
  read(text('a feerate, such as 1000perkw'), (value) => parseFeerate(digits(value, 'feerate'), 'feerate'));

/** A feerate in figures: sat per 1000 units of weight. */
export const feeratePerKw = () =>
  read(text('a feerate in figures, such as 1000perkw'), (value) => {
    const [, number, unit] = /^(\d+)(perkw|perkb)$/.exec(digits(value, 'feerate')) ?? [];
    if (number === undefined)
      throw new LnPlayError('USAGE', `feerate ${JSON.stringify(value)} is not a feerate in figures`, {
        hint: 'write for example 1000perkw or 4000perkb',
      });
    return unit === 'perkw' ? Number(number) : Math.ceil(Number(number) / 4);
  });

/** Six hex digits, with or without `#`. */
export const colour = () =>
  read(text('six hex digits, such as ff8800'), (value) => {
    const [, hex] = /^#?([0-9a-f]{6})$/i.exec(String(value)) ?? [];
    if (hex === undefined)
      throw new LnPlayError('USAGE', `colour ${JSON.stringify(value)} is not six hex digits`, {
        hint: 'write for example ff8800',
      });
    return hex.toLowerCase();
  });

/** Text of at most 32 bytes, as a node's alias is (BOLT #7). */
export const alias = () =>
  read(text('a name of at most 32 bytes'), (value) => {
    const name = String(value);
    const bytes = Buffer.byteLength(name);
    if (bytes === 0 || bytes > 32 || /\p{Cc}/u.test(name))
      throw new LnPlayError('USAGE', `alias ${JSON.stringify(name)} is none that a node can have`, {
        hint: `1 to 32 bytes of text on one line; this has ${bytes}`,
      });
    return name;
  });

/** A whole number from `least` to `most`. */
export const whole = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.number({ error }).int({ error }).min(least, { error }).max(most, { error });
};
