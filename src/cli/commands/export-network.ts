import { dirname, resolve } from 'node:path';
import { writeWhole } from '../../core/files.js';
import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';
import { runningNetwork } from '../running-network.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const [file] = args;
  const playground = await Playground.open(options.dir, context);
  const [spec, { networkLiteral, writeNetworkFile }] = await Promise.all([
    runningNetwork(playground),
    import('../../network-file/write.js'),
  ]);
  const folder = file === undefined ? process.cwd() : dirname(resolve(file));
  const json = networkLiteral(spec, folder);
  const text = writeNetworkFile(spec, { folder });
  if (file === undefined) return { json, text: text.trimEnd() };
  await writeWhole(resolve(file), text);
  return { json, text: `${out.style.green('✔')} wrote ${file}: ln-play up ${file}` };
}
