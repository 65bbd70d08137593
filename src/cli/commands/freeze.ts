import { parseDurationMs } from '../../core/durations.js';
import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const [name, text] = args as [string, string | undefined];
  const forMs = text === undefined ? undefined : parseDurationMs(text, undefined);
  const playground = await Playground.open(options.dir, context);
  await playground.freeze(name, forMs);
  const { green, bold } = out.style;
  const until = text === undefined ? `until \`ln-play thaw ${name}\`` : `for ${text}`;
  return { json: { frozen: name, for_ms: forMs ?? null }, text: `${green('✔')} ${bold(name)} is frozen ${until}` };
}
