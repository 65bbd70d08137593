import { formatSat } from '../../core/amounts.js';
import { LnPlayError } from '../../core/errors.js';
import type { Balanced } from '../../network/balance.js';
import { Playground } from '../../network/playground.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { columns } from '../output.js';

/** Evens channels by payments: those between two nodes, or all. */
export async function run(context: CommandContext): Promise<Reply> {
  const { args, options, out } = context;
  const [from, to] = args;
  const isAll = options['all'] === true;
  if (isAll === (from !== undefined) || (from !== undefined && to === undefined))
    throw new LnPlayError('USAGE', isAll ? '--all is all channels, and two nodes are some' : 'Which channels?', {
      hint: 'for example: ln-play balance l1 l2; or: ln-play balance --all',
    });
  const share = shareOf(textOption(context, 'share') ?? '50%');
  const playground = await Playground.open(options.dir, context.playground);
  const done = isAll ? await playground.balanceAll(share) : [await playground.balance(from!, to!, share)];
  const mark = (each: Balanced): string => (each.why === undefined ? out.style.green('✔') : out.style.yellow('!'));
  const rows = done.map((each) => [
    `${mark(each)} ${each.from} – ${each.to}`,
    whatBecameOf(each),
    `of ${formatSat(each.capacityMsat)}`,
    each.why ?? '',
  ]);
  return {
    json: done.map((each) => ({
      from: each.from,
      to: each.to,
      capacity_msat: each.capacityMsat,
      before_msat: each.beforeMsat,
      after_msat: each.afterMsat,
      wanted_msat: each.wantedMsat,
      why: each.why ?? null,
    })),
    text: columns(rows),
  };
}

function whatBecameOf({ from, beforeMsat, afterMsat, why }: Balanced): string {
  if (beforeMsat !== afterMsat) return `${from} had ${formatSat(beforeMsat)}, has ${formatSat(afterMsat)}`;
  return why === undefined
    ? `nothing to do: ${from} has ${formatSat(afterMsat)}`
    : `${from} has ${formatSat(afterMsat)}`;
}

function shareOf(text: string): number {
  const [, percent] = /^(\d+(?:\.\d+)?)%?$/.exec(text) ?? [];
  if (percent !== undefined && Number(percent) <= 100) return Number(percent) / 100;
  throw new LnPlayError('USAGE', `--share ${JSON.stringify(text)} is no share of a channel`, {
    hint: 'a percentage, such as 50% or 25%: what the first node is to have',
  });
}
