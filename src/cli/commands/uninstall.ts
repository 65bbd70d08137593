import { cacheFolder } from '../../core/cache-folder.js';
import { LnPlayError } from '../../core/errors.js';
import { uninstallLightningd } from '../../daemons/executables/cln/uninstall.js';
import { readVersion } from '../../daemons/executables/cln/version.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ args, out }: CommandContext): Promise<Reply> {
  const [program, version] = args as [string, string];
  if (program !== 'lightningd')
    throw new LnPlayError('USAGE', `There is no ${JSON.stringify(program)} to uninstall`, {
      hint: 'ln-play install --list shows what can be removed',
    });
  const { version: removed, lightningd: path } = await uninstallLightningd(readVersion(version), cacheFolder());
  const json = { program, version: removed, path, removed: true };
  return { json, text: `${out.style.green('✔')} lightningd ${removed} is removed` };
}
