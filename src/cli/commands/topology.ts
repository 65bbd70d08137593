import { LnPlayError } from '../../core/errors.js';
import { MOST_NODES } from '../../network/limits.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { shapeOptions } from '../network-file.js';
import { wholeNumber } from '../job.js';

export async function run(context: CommandContext): Promise<Reply> {
  const { args, out } = context;
  const [shape] = args;
  const from = textOption(context, 'from');
  const nodes = textOption(context, 'nodes');
  const options = shapeOptions(context);
  if ((shape === undefined) === (from === undefined))
    throw new LnPlayError('USAGE', shape === undefined ? 'Which topology?' : 'A topology and --from are two networks', {
      hint: 'for example: ln-play topology star:6 > ln-play.yaml; or: ln-play topology --from graph.json',
    });
  if (nodes !== undefined && from === undefined)
    throw new LnPlayError('USAGE', '--nodes is for --from', { hint: 'a shape has its number with it: star:6' });

  if (from !== undefined && options.seed !== undefined)
    throw new LnPlayError('USAGE', '--seed is for a shape, and --from takes what is there', {
      hint: 'leave out --seed',
    });

  const { networkLiteral, writeNetworkFile } = await import('../../network-file/write.js');
  if (from !== undefined) {
    const { importNetwork } = await import('../../network-file/import/import.js');
    const { here, inPods } = MOST_NODES;
    const most = nodes === undefined ? here : wholeNumber(nodes, '--nodes', { min: 1, max: inPods });
    const { spec, notes } = await importNetwork(from, most, options);
    for (const note of notes) out.note(note);
    return { json: networkLiteral(spec), text: writeNetworkFile(spec, { comments: notes }).trimEnd() };
  }
  const { namedNetwork, templateText } = await import('../../network-file/templates.js');
  const { spec, template } = await namedNetwork(shape!, options);
  const text = template === undefined ? writeNetworkFile(spec) : await templateText(template);
  return { json: networkLiteral(spec), text: text.trimEnd() };
}
