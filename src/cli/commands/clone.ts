import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';
import { statusText } from './status.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const playground = await Playground.open(options.dir, context);
  const clone = await playground.clone(args[0]!);
  const status = await clone.status();
  const text = `${out.style.green('✔')} ${clone.dir} is a copy of ${playground.dir}, and runs\n\n${statusText(status, out)}`;
  return { json: status, text };
}
