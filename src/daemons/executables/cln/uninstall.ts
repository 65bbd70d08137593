import { mkdtemp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { LnPlayError } from '../../../core/errors.js';
import { fileError, removeTree } from '../../../core/files.js';
import { isWithin } from '../../../core/within.js';
import { listProcesses } from '../../../process/table.js';
import { STAGING } from '../fetch/keep.js';
import { installedLightningd, installedLightningds, releasesFolder, type InstalledLightningd } from './installed.js';

/**
 * Removes a release of Core Lightning from our cache, at once as a whole. What runs is not taken away.
 *
 * @throws {LnPlayError} INVALID if it was not installed; STATE if it runs; FILESYSTEM
 */
export async function uninstallLightningd(version: string, cache: string): Promise<InstalledLightningd> {
  const installed = await installedLightningd(cache, version);
  if (!installed) {
    const versions = (await installedLightningds(cache)).map((other) => other.version);
    throw new LnPlayError('INVALID', `lightningd ${version} is not installed in ${releasesFolder(cache)}`, {
      hint: versions.length > 0 ? `installed are ${versions.join(', ')}` : 'none is: there is nothing to remove',
    });
  }
  const folder = join(releasesFolder(cache), version);
  const isOfIt = (arg: string): boolean => arg.startsWith('/') && isWithin(arg, folder);
  const running = listProcesses().filter(({ args }) => args.slice(0, 2).some(isOfIt)); // a script comes after its shell
  if (running.length > 0)
    throw new LnPlayError('STATE', `lightningd ${version} runs: process ${running.map(({ pid }) => pid).join(', ')}`, {
      hint: 'stop its playground first: ln-play down',
      details: running.map(({ args }) => args.join(' ')),
    });
  try {
    const gone = await mkdtemp(join(releasesFolder(cache), STAGING)); // what is left of it here the next download removes
    await rename(folder, join(gone, version));
    await removeTree(gone);
  } catch (cause) {
    throw cause instanceof LnPlayError ? cause : fileError('remove', folder, cause);
  }
  return installed;
}
