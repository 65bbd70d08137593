import { readFile } from 'node:fs/promises';
import { parseAmountMsat } from '../../cln/amounts.js';
import { parseDurationMs } from '../../core/durations.js';
import { LnPlayError } from '../../core/errors.js';
import type { Playground } from '../../network/playground.js';
import type { Activity } from '../../traffic/activity.js';
import type { TrafficOptions } from '../../traffic/traffic.js';
import { textOption, type CommandContext } from '../context.js';
import { positive, wholeNumber } from '../job.js';

/** Payments a second: something to look at, and no burden. */
const RATE = 5;
/** A payment is under way for a moment: more than this a second no node makes. */
const MOST_PER_SECOND = 10_000;

/** What `traffic` is asked for, checked before anything is begun. */
export interface AskedTraffic {
  readonly options: Omit<TrafficOptions, 'activities'>;
  /** How payments at random are. */
  readonly random: Activity;
  readonly file: string | undefined;
}

/** @throws {LnPlayError} USAGE */
export function askedTraffic(context: CommandContext): AskedTraffic {
  const whole = (name: string, flag: string, min: number): number | undefined => {
    const text = textOption(context, name);
    return text === undefined ? undefined : wholeNumber(text, flag, { min, max: Number.MAX_SAFE_INTEGER });
  };
  const forText = textOption(context, 'for');
  const amount = textOption(context, 'amount');
  const rate = numberOption(context, 'rate', '--rate');
  const multiplier = numberOption(context, 'capacityMultiplier', '--capacity-multiplier');
  if (rate !== undefined && multiplier !== undefined)
    throw new LnPlayError('USAGE', '--rate and --capacity-multiplier both say how often', { hint: 'give one of them' });
  const random: Activity = {
    ...(multiplier === undefined ? { perSecond: rate ?? RATE } : { capacityMultiplier: multiplier }),
    ...(amount !== undefined && {
      expectedMsat: positive(parseAmountMsat(amount, '--amount', 'msat'), '--amount', amount),
    }),
  };
  const options = {
    count: whole('count', '--count', 1),
    forMs: forText === undefined ? undefined : Math.ceil(parseDurationMs(forText, '--for', 's')),
    seed: whole('seed', '--seed', 0),
    inFlight: whole('inFlight', '--in-flight', 1),
    keysend: context.options['keysend'] === true,
  };
  return { options, random, file: textOption(context, 'file') };
}

/**
 * Who pays whom in this playground: what the file says, or all at random.
 *
 * @throws {LnPlayError} USAGE, INVALID, FILESYSTEM for a file that is wrong, or says nothing of traffic
 */
export async function activitiesOf(
  context: CommandContext,
  playground: Playground,
  { file, random }: AskedTraffic,
): Promise<readonly Activity[]> {
  if (file === undefined) return [random];
  const rows = (await isSimJson(file))
    ? await (await import('../../traffic/sim-json.js')).readSimJson(file, playground.nodes)
    : (await (await import('../../network-file/read.js')).readNetworkFile(file)).spec.traffic;
  if (rows.length === 0)
    throw new LnPlayError('USAGE', `${file} has no traffic`, {
      hint: 'give it rows, as in `traffic: [{ from: alice, to: carol, amount: 10sat, every: 1s }]`, or leave out --file',
    });
  const isRandom = rows.length === 1 && rows[0]!.from === undefined && 'among' in rows[0]!;
  if (isRandom) return [{ ...rows[0], ...random }];
  const flags = { rate: '--rate', capacityMultiplier: '--capacity-multiplier', amount: '--amount' };
  for (const [name, flag] of Object.entries(flags))
    if (textOption(context, name) !== undefined)
      throw new LnPlayError('USAGE', `${flag} is for payments at random, and ${file} says what is paid`, {
        hint: `leave out ${flag}, or --file`,
      });
  return rows;
}

/** Whether it is sim-ln's: in JSON, its nodes a list, where a network file has a map. */
async function isSimJson(file: string): Promise<boolean> {
  try {
    const data: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof data !== 'object' || data === null) return false;
    return 'activity' in data || 'sim_network' in data || ('nodes' in data && Array.isArray(data.nodes));
  } catch {
    return false; // who reads it as a network file says what is wrong
  }
}

function numberOption(context: CommandContext, name: string, flag: string): number | undefined {
  const text = textOption(context, name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && number > 0 && number <= MOST_PER_SECOND) return number;
  throw new LnPlayError(
    'USAGE',
    `${flag} ${JSON.stringify(text)} is not a number above 0, and at most ${MOST_PER_SECOND}`,
    {
      hint: `for example ${flag} 0.5`,
    },
  );
}
