import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';
import { snapshotJson, snapshotLines } from '../snapshots.js';

export async function run({ options, out, playground: context }: CommandContext): Promise<Reply> {
  const playground = await Playground.open(options.dir, context);
  const snapshots = await playground.snapshots.list();
  const text =
    snapshots.length === 0
      ? `no snapshots of ${playground.dir}: make one with \`ln-play snapshot save\``
      : snapshotLines(snapshots, out);
  return { json: { snapshots: snapshots.map(snapshotJson) }, text };
}
