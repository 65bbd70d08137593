import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ rest, options, out, playground: context }: CommandContext): Promise<Reply> {
  // `a,b c`, `a,b \'|\' c` and `'a,b | c'` are the same
  const groups = rest
    .flatMap((word) => word.split('|'))
    .map((group) => group.split(',').flatMap((name) => name.trim() || []))
    .filter((group) => group.length > 0);
  const playground = await Playground.open(options.dir, context);
  await playground.partition(...groups);
  const { partition } = playground.background.sections.links!;
  const { green, bold } = out.style;
  const sides = partition.map((group) => bold(group.join(','))).join(' | ');
  return { json: { partition }, text: `${green('✔')} ${sides} reach each other no longer, until \`ln-play heal\`` };
}
