import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const playground = await Playground.open(options.dir, context);
  const thawed = await playground.thaw(args[0]);
  const { green, bold } = out.style;
  const text = thawed.length > 0 ? `${thawed.map((name) => bold(name)).join(', ')} goes on` : 'nothing is frozen';
  return { json: { thawed }, text: `${green('✔')} ${text}` };
}
