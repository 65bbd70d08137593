import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ options, out, playground: context }: CommandContext): Promise<Reply> {
  const all = options['all'] === true;
  const playground = await Playground.open(options.dir, context);
  await playground.heal({ all });
  const { green } = out.style;
  const text = all ? 'all is as ever' : 'all groups reach each other';
  return { json: { healed: all ? 'all' : 'partition' }, text: `${green('✔')} ${text}` };
}
