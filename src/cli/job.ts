import { parseAmountMsat, parseAmountSat } from '../cln/amounts.js';
import { LnPlayError, named } from '../core/errors.js';
import { parseFeerate } from '../cln/feerate.js';
import type { LightningNode } from '../nodes/node.js';
import type { Playground } from '../network/playground.js';
import { MOST_NODES } from '../network/limits.js';
import { TALK } from '../network/talk.js';
import { textOption, type CommandContext } from './context.js';
import { fetchProgress } from './fetch-progress.js';

/** The amounts and feerate of the talk's job, checked before anything is started. */
export function jobOptions(context: CommandContext) {
  const fund = textOption(context, 'fund');
  const capacity = textOption(context, 'capacity');
  const amount = textOption(context, 'amount');
  return {
    fundSat: fund === undefined ? TALK.fundSat : positive(parseAmountSat(fund, '--fund'), '--fund', fund),
    capacitySat:
      capacity === undefined
        ? TALK.capacitySat
        : positive(parseAmountSat(capacity, '--capacity'), '--capacity', capacity),
    feerate: parseFeerate(textOption(context, 'feerate') ?? TALK.feerate, '--feerate'),
    amountMsat:
      amount === undefined
        ? TALK.amountMsat
        : positive(parseAmountMsat(amount, '--amount', 'msat'), '--amount', amount),
  };
}

/** `--nodes`: how many, or their names with commas between them; undefined if it is not given. */
export function nodesOption(context: CommandContext): number | readonly string[] | undefined {
  const text = textOption(context, 'nodes');
  if (text === undefined) return undefined;
  return /^[\d-]/.test(text) || text === ''
    ? wholeNumber(text, '--nodes', { min: 1, max: MOST_NODES.inPods })
    : text.split(',');
}

/**
 * The names of who opens the channel and pays, and of who is at its other end: by default the second node and the first,
 * which are l2 and l1, as in the talk.
 *
 * @param names of all nodes there are
 */
export function jobNames(
  context: CommandContext,
  names: readonly string[],
): { readonly from: string; readonly to: string } {
  const [first, second] = names;
  const to = textOption(context, 'to') ?? names.find((name) => name !== textOption(context, 'from'));
  const from = textOption(context, 'from') ?? (to === first ? second : first);
  if (from === undefined || to === undefined)
    throw new LnPlayError('USAGE', `It takes two nodes, and there is only ${names.join(', ')}`, {
      hint: 'add another: ln-play up --nodes 2',
    });
  if (from === to)
    throw new LnPlayError('USAGE', `--from and --to are both ${from}`, { hint: 'name two different nodes' });
  return { from, to };
}

/** As `jobNames`, the nodes themselves. */
export function jobNodes(context: CommandContext, playground: Playground): { from: LightningNode; to: LightningNode } {
  const { from, to } = jobNames(
    context,
    playground.nodes.map(({ name }) => name),
  );
  return { from: playground.node(from), to: playground.node(to) };
}

/** `--bitcoind` and `--lightningd`, with the progress of a download: a step that ends when the download does. */
export function programOptions(context: CommandContext) {
  return {
    bitcoind: textOption(context, 'bitcoind'),
    lightningd: textOption(context, 'lightningd'),
    onDownload: fetchProgress(context.progress, 'fetching bitcoind'),
  };
}

/** An amount above zero. */
export function positive(amount: bigint, what: string | undefined, text: string): bigint {
  if (amount > 0n) return amount;
  throw new LnPlayError('USAGE', `${named(text, what)} is not above zero`, {
    hint: 'give an amount above zero',
  });
}

/** A whole number of an argument or option. */
export function wholeNumber(
  text: string,
  what: string | undefined,
  { min, max }: { min: number; max: number },
): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new LnPlayError('USAGE', `${named(text, what)} is not a whole number from ${min} to ${max}`, {
    hint: `give ${what ?? 'it'} as a number, for example ${min}`,
  });
}

/** A whole number of perkw or perkb, as lightningd takes it (lightning-feerates(7)); a bare one is perkb. */
export function perKwOf(text: string, what?: string): number {
  const [, digits, unit] = /^(\d+)(perkw|perkb)?$/.exec(text) ?? [];
  if (digits !== undefined) return unit === 'perkw' ? Number(digits) : Math.ceil(Number(digits) / 4);
  throw new LnPlayError('USAGE', `${named(text, what)} is not a feerate`, {
    hint: 'write for example 5000perkw or 20000perkb',
  });
}
