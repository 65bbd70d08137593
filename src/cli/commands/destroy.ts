import { LnPlayError } from '../../core/errors.js';
import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ options, out, playground: context }: CommandContext): Promise<Reply> {
  const playground = await Playground.open(options.dir, context);
  const { dir } = playground;
  if (options['yes'] !== true)
    throw new LnPlayError(
      'STATE',
      `The playground in ${dir} would be removed, with all its nodes, channels and snapshots`,
      {
        hint: 'if that is what you want: ln-play destroy --yes',
      },
    );
  await playground.destroy();
  return { json: { dir, destroyed: true }, text: `${out.style.green('✔')} the playground in ${dir} is gone` };
}
