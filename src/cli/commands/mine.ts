import { formatDurationMs, parseDurationMs } from '../../core/durations.js';
import { LnPlayError } from '../../core/errors.js';
import { Playground } from '../../network/playground.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { wholeNumber } from '../job.js';

/** So many that bitcoind answers soon, and so few that it costs little to ask. */
const BATCH = 100;

export async function run(context: CommandContext): Promise<Reply> {
  const { args, options } = context;
  const every = textOption(context, 'every');
  const ways = [
    args[0] === undefined ? [] : ['a number of blocks'],
    every === undefined ? [] : ['--every'],
    options['stop'] === true ? ['--stop'] : [],
  ].flat();
  if (ways.length > 1)
    throw new LnPlayError('USAGE', `${ways.join(' and ')} contradict each other`, { hint: 'choose one of them' });
  if (every !== undefined) return await mineEvery(context, parseDurationMs(every, '--every', 's'));
  return options['stop'] === true ? await stopMining(context) : await mineNow(context);
}

async function mineEvery({ options, out, playground: context }: CommandContext, everyMs: number): Promise<Reply> {
  const playground = await Playground.open(options.dir, context);
  await playground.mineEvery(everyMs);
  const text = `${out.style.green('✔')} a block every ${formatDurationMs(everyMs)}, until \`ln-play mine --stop\``;
  return { json: { every_ms: everyMs }, text };
}

async function stopMining({ options, out, playground: context }: CommandContext): Promise<Reply> {
  const stopped = await (await Playground.open(options.dir, context)).stopMining();
  const text = stopped ? `${out.style.green('✔')} no more blocks by the clock` : 'no blocks were mined by the clock';
  return { json: { stopped }, text };
}

async function mineNow({ args, options, out, progress, playground: context }: CommandContext): Promise<Reply> {
  const blocks = wholeNumber(args[0] ?? '1', 'blocks', { min: 1, max: 10_000 });
  const playground = await Playground.open(options.dir, blocks > BATCH ? { ...context, onStep: undefined } : context);
  const height = await mine(playground, blocks, context.timeoutMs ?? Infinity, progress);
  const text = `${out.style.green('✔')} ${blocks} ${blocks === 1 ? 'block' : 'blocks'} mined: every node is at block ${height}`;
  return { json: { blocks, blockheight: height }, text };
}

/** Batch by batch, each until every node has seen it. @returns the height */
async function mine(
  playground: Playground,
  blocks: number,
  timeoutMs: number,
  progress: CommandContext['progress'],
): Promise<number> {
  const what = `mine ${blocks}`;
  const end = blocks > BATCH ? progress.begin(what) : () => {};
  const from = performance.now();
  try {
    for (let done = 0; ;) {
      const batch = Math.min(BATCH, blocks - done);
      const height = await playground.mine(batch);
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
