import { parseAmountMsat, parseAmountSat } from '../core/amounts.js';
import { LnPlayError } from '../core/errors.js';
import { parseFeerate } from '../core/feerate.js';
import type { LightningNode } from '../network/node.js';
import type { Playground } from '../network/playground.js';
import { TALK } from '../network/talk.js';
import { textOption, type CommandContext } from './context.js';
import { Progress } from './progress.js';

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
    feerate: parseFeerate(textOption(context, 'feerate') ?? TALK.feerate),
    amountMsat:
      amount === undefined ? TALK.amountMsat : positive(parseAmountMsat(amount, '--amount'), '--amount', amount),
  };
}

/** The names of who opens the channel and pays, and of who is at its other end: l2 and l1, as in the talk. */
export function jobNames(context: CommandContext): { readonly from: string; readonly to: string } {
  const from = textOption(context, 'from') ?? 'l2';
  const to = textOption(context, 'to') ?? 'l1';
  if (from === to)
    throw new LnPlayError('USAGE', `--from and --to are both ${from}`, { hint: 'name two different nodes' });
  return { from, to };
}

/** As `jobNames`, the nodes themselves. */
export function jobNodes(context: CommandContext, playground: Playground): { from: LightningNode; to: LightningNode } {
  const { from, to } = jobNames(context);
  return { from: playground.node(from), to: playground.node(to) };
}

/** `--bitcoind` and `--lightningd`, with the progress of a download. */
export function programOptions(context: CommandContext) {
  const progress = new Progress(context.out);
  let end: (() => void) | undefined;
  return {
    bitcoind: textOption(context, 'bitcoind'),
    lightningd: textOption(context, 'lightningd'),
    onDownload: ({ phase, done, total }: { phase: string; done: number; total: number }) => {
      const name = 'fetching bitcoind from Debian';
      const finish = (end ??= finisher(progress, name));
      progress.detail(name, total > 1 ? `${phase} ${done} of ${total}` : phase);
      if (phase === 'ready') finish();
    },
  };
}

const finisher = (progress: Progress, name: string) => {
  const end = progress.listener(name);
  return () => end({ ms: 0, failed: false });
};

/** An amount above zero. */
export function positive(amount: bigint, what: string, text: string): bigint {
  if (amount > 0n) return amount;
  throw new LnPlayError('USAGE', `${what} ${JSON.stringify(text)} is nothing`, { hint: 'give an amount above zero' });
}

/** A whole number of an argument or option. */
export function wholeNumber(text: string, what: string, { min, max }: { min: number; max: number }): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new LnPlayError('USAGE', `${what} ${JSON.stringify(text)} is not a whole number from ${min} to ${max}`, {
    hint: `give ${what} as a number, for example ${min}`,
  });
}
