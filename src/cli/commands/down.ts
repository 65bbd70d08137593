import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ options, out, playground: context }: CommandContext): Promise<Reply> {
  const playground = await Playground.open(options.dir, context);
  const stopped = await playground.down();
  const text =
    stopped.length === 0
      ? `nothing ran in ${playground.dir}`
      : `${out.style.green('✔')} stopped ${stopped.join(', ')}; \`ln-play up\` starts them again as they were`;
  return { json: { dir: playground.dir, stopped }, text };
}
