import { megabytes } from '../../core/bytes.js';
import { Playground } from '../../network/playground.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { plural, snapshotJson } from '../snapshots.js';

export async function run(context: CommandContext): Promise<Reply> {
  const { args, options, out } = context;
  const playground = await Playground.open(options.dir, context.playground);
  const snapshot = await playground.snapshots.save(args[0], { note: textOption(context, 'note') });
  const parts = [
    ...(snapshot.height === undefined ? [] : [`block ${snapshot.height}`]),
    plural(snapshot.nodes.length, 'node'),
    ...(snapshot.channelCount === undefined ? [] : [plural(snapshot.channelCount, 'channel')]),
    megabytes(snapshot.bytes),
  ];
  const text = `${out.style.green('✔')} saved ${snapshot.name}: ${parts.join(', ')}; \`ln-play snapshot restore ${snapshot.name}\` comes back to it`;
  return { json: snapshotJson(snapshot), text };
}
