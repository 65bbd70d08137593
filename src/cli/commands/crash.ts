import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const name = args[0]!;
  const playground = await Playground.open(options.dir, context);
  await playground.crash(name);
  const { green, bold } = out.style;
  return {
    json: { crashed: name },
    text: `${green('✔')} ${bold(name)} is dead: ln-play restart ${name} starts it again`,
  };
}
