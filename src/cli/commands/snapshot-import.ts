import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';
import { snapshotJson } from '../snapshots.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const playground = await Playground.open(options.dir, context);
  const snapshot = await playground.snapshots.import(args[0]!, args[1]);
  const text = `${out.style.green('✔')} took in ${snapshot.name}; \`ln-play snapshot restore ${snapshot.name}\` puts it in this playground's place`;
  return { json: snapshotJson(snapshot), text };
}
