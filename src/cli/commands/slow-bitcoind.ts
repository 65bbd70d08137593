import { formatDurationMs, parseDurationMs } from '../../core/durations.js';
import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const [text] = args as [string];
  const delayMs = /^0(ms|s)?$/.test(text) ? 0 : parseDurationMs(text, undefined);
  const playground = await Playground.open(options.dir, context);
  await playground.slowBitcoind(delayMs);
  const { delayMs: now = 0 } = playground.background.sections.slowBitcoind ?? {};
  const said =
    now === 0
      ? "nodes get bitcoind's answers at once"
      : `nodes get bitcoind's answers ${formatDurationMs(now)} late, until \`ln-play slow-bitcoind 0\``;
  return { json: { delay_ms: now }, text: `${out.style.green('✔')} ${said}` };
}
