import { join } from 'node:path';
import { assertOurs } from '../../../core/ownership.js';
import { namesIn } from '../../../core/files.js';
import { isExecutable } from '../files.js';
import { compareVersions, isVersion } from './version.js';

/** A release of Core Lightning in our cache. */
export interface InstalledLightningd {
  readonly version: string;
  readonly lightningd: string;
}

/** Where all of them are, each in a folder with its version's name. */
export const releasesFolder = (cache: string): string => join(cache, 'lightningd');

/**
 * The releases of Core Lightning that were installed, the newest first.
 *
 * @throws {LnPlayError} FILESYSTEM if somebody else could have put one there
 */
export async function installedLightningds(cache: string): Promise<InstalledLightningd[]> {
  const folder = releasesFolder(cache);
  assertOurs(folder, ['*/bin/*', '*/libexec/*/*', '*/libexec/*/plugins/*'], 'choose another cache with LN_PLAY_CACHE');
  const versions = (await namesIn(folder)).filter((name) => name.startsWith('v') && isVersion(name));
  const all = versions.map((version) => ({ version, lightningd: join(folder, version, 'bin', 'lightningd') }));
  const whole = await Promise.all(all.map(({ lightningd }) => isExecutable(lightningd)));
  return all.filter((_, i) => whole[i]).sort((one, other) => compareVersions(other.version, one.version));
}

/** One of them; undefined if it was not installed. */
export async function installedLightningd(cache: string, version: string): Promise<InstalledLightningd | undefined> {
  return (await installedLightningds(cache)).find((installed) => installed.version === version);
}
