import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';
import { wordsOf } from '../output.js';

export async function run({ options, out, playground: context }: CommandContext): Promise<Reply> {
  const all = options['all'] === true;
  const playground = await Playground.open(options.dir, context);
  const { ended, thawed, started } = await playground.heal({ all });
  const done = `${out.style.green('✔')} `;
  if (!all) return { json: { healed: 'partition' }, text: `${done}all groups reach each other` };
  const json = { healed: 'all', ended, thawed, started };
  if (!playground.daemons().some(({ daemon }) => daemon.attach()))
    return { json, text: 'nothing runs, and no weather is left: start it with `ln-play up`' };
  const what = [
    ...(ended.length > 0 ? [`${ended.map(wordsOf).join(', ')} taken back`] : []),
    ...(thawed.length > 0 ? [`thawed ${thawed.join(', ')}`] : []),
    ...(started.length > 0 ? [`started ${started.join(', ')} again`] : []),
  ];
  return { json, text: `${done}all is as ever${what.length > 0 ? `: ${what.join('; ')}` : ''}` };
}
