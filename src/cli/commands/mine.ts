import { formatDurationMs, parseDurationMs } from '../../core/durations.js';
import { LnPlayError } from '../../core/errors.js';
import { Playground } from '../../network/playground.js';
import type { MineOptions } from '../../network/miner.js';
import { refuseTogether, textOption, type CommandContext, type Reply } from '../context.js';
import { wholeNumber } from '../job.js';
import type { Output } from '../output.js';

/** So many that bitcoind answers soon, and so few that it costs little to ask. */
const BATCH = 100;
const MOST_BLOCKS = 10_000;

export async function run(context: CommandContext): Promise<Reply> {
  const { args, options } = context;
  const every = textOption(context, 'every');
  const toHeight = textOption(context, 'toHeight');
  const txid = textOption(context, 'untilConfirmed');
  const confirmations = textOption(context, 'confirmations');
  const stops = options['stop'] === true;
  const which: MineOptions = {
    ...(options['empty'] === true && { isEmpty: true }),
    ...(textOption(context, 'address') !== undefined && { address: textOption(context, 'address') }),
  };
  refuseTogether([
    args[0] !== undefined && 'a number of blocks',
    every !== undefined && '--every',
    stops && '--stop',
    toHeight !== undefined && '--to-height',
    txid !== undefined && '--until-confirmed',
  ]);
  refuseTogether([which.isEmpty === true && '--empty', txid !== undefined ? '--until-confirmed' : stops && '--stop']);
  refuseTogether([which.address !== undefined && '--address', stops && '--stop']);
  if (confirmations !== undefined && txid === undefined)
    throw new LnPlayError('USAGE', '--confirmations says nothing without --until-confirmed', {
      hint: 'name the transaction: ln-play mine --until-confirmed TXID --confirmations 6',
    });

  if (every !== undefined) return await mineEvery(context, parseDurationMs(every, '--every', 's'), which);
  if (stops) return await stopMining(context);
  if (txid !== undefined)
    return await mineUntilConfirmed(context, txid, {
      confirmations: wholeNumber(confirmations ?? '1', '--confirmations', { min: 1, max: 1_000 }),
      address: which.address,
    });
  if (toHeight === undefined)
    return await mineNow(context, wholeNumber(args[0] ?? '1', undefined, { min: 1, max: MOST_BLOCKS }), which);
  return await mineToHeight(context, wholeNumber(toHeight, '--to-height', { min: 1, max: 10_000_000 }), which);
}

async function mineEvery(
  { options, out, playground: context }: CommandContext,
  everyMs: number,
  which: MineOptions,
): Promise<Reply> {
  const playground = await Playground.open(options.dir, context);
  await playground.mineEvery(everyMs, which);
  const text = `${out.style.green('✔')} ${which.isEmpty ? 'an empty block' : 'a block'} every ${formatDurationMs(everyMs)}, until \`ln-play mine --stop\``;
  return { json: { every_ms: everyMs }, text };
}

async function stopMining({ options, out, playground: context }: CommandContext): Promise<Reply> {
  const stopped = await (await Playground.open(options.dir, context)).stopMining();
  const text = stopped ? `${out.style.green('✔')} no more blocks by the clock` : 'no blocks were mined by the clock';
  return { json: { stopped }, text };
}

async function mineUntilConfirmed(
  { options, out, playground: context }: CommandContext,
  txid: string,
  wanted: { readonly confirmations: number; readonly address?: string | undefined },
): Promise<Reply> {
  if (!/^[0-9a-f]{64}$/i.test(txid))
    throw new LnPlayError('USAGE', `--until-confirmed ${JSON.stringify(txid)} is not a txid`, {
      hint: 'a txid is 64 hex digits',
    });
  const playground = await Playground.open(options.dir, context);
  const { blocks, blockheight } = await playground.mineUntilConfirmed(txid.toLowerCase(), wanted);
  return { json: { blocks, blockheight }, text: minedText(out, blocks, blockheight) };
}

async function mineToHeight(context: CommandContext, height: number, which: MineOptions): Promise<Reply> {
  const playground = await Playground.open(context.options.dir, context.playground);
  const now = await playground.sync();
  if (height < now)
    throw new LnPlayError('INVALID', `The chain is at block ${now}, which is higher than ${height}`, {
      hint: 'for a shorter chain make the playground anew; ln-play reorg replaces blocks',
    });
  if (height - now > MOST_BLOCKS)
    throw new LnPlayError('INVALID', `From block ${now} to ${height} is more than ${MOST_BLOCKS} blocks`, {
      hint: 'go there in several steps',
    });
  if (height > now) return await mineNow(context, height - now, which);
  return { json: { blocks: 0, blockheight: now }, text: minedText(context.out, 0, now) };
}

const minedText = ({ style }: Output, blocks: number, height: number): string =>
  `${style.green('✔')} ${blocks} ${blocks === 1 ? 'block' : 'blocks'} mined: every node is at block ${height}`;

async function mineNow(
  { options, out, progress, playground: context }: CommandContext,
  blocks: number,
  which: MineOptions,
): Promise<Reply> {
  const playground = await Playground.open(options.dir, blocks > BATCH ? { ...context, onStep: undefined } : context);
  const height = await mine(playground, blocks, which, context.timeoutMs ?? Infinity, progress);
  return { json: { blocks, blockheight: height }, text: minedText(out, blocks, height) };
}

/** Batch by batch, each until every node has seen it. @returns the height */
async function mine(
  playground: Playground,
  blocks: number,
  which: MineOptions,
  timeoutMs: number,
  progress: CommandContext['progress'],
): Promise<number> {
  const what = `mine ${blocks}`;
  const end = blocks > BATCH ? progress.begin(what) : () => {};
  const from = performance.now();
  try {
    for (let done = 0; ;) {
      const batch = Math.min(BATCH, blocks - done);
      const height = await playground.mine(batch, which);
      done += batch;
      progress.detail(what, `${done} of ${blocks}`);
      if (done === blocks) return height;
      if (performance.now() - from > timeoutMs)
        throw new LnPlayError('TIMEOUT', `Mined ${done} of ${blocks} blocks within ${timeoutMs / 1000} s`, {
          hint: `mine the rest with \`ln-play mine ${blocks - done}\`, or give it longer with --timeout`,
        });
    }
  } finally {
    end();
  }
}
