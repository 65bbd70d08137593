import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const [name] = args as [string];
  const playground = await Playground.open(options.dir, context);
  await playground.restart(name);
  return { json: { restarted: name }, text: `${out.style.green('✔')} ${name} runs again` };
}
