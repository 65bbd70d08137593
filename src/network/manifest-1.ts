import { dirname } from 'node:path';
import { ConfigFile } from '../core/config-file.js';
import { readIfThere } from '../core/files.js';
import type { Layout } from './layout.js';
import { inLine, type Edge } from './spec.js';

/**
 * What the manifest of version 0.1 did not say, since it knew of names and programs alone: nodes were connected in a line,
 * and the folder that their configs name is in these configs.
 */
export async function addedSinceFormat1(
  layout: Layout,
  names: readonly string[],
): Promise<{ readonly dir: string; readonly peers: readonly Edge[] }> {
  return { dir: (await folderOf(layout, names[0]!)) ?? layout.dir, peers: inLine(names) };
}

/** The folder in which a config was written; undefined if somebody has edited what tells it. */
async function folderOf({ nodeDir }: Layout, name: string): Promise<string | undefined> {
  const config = new ConfigFile((await readIfThere(`${nodeDir(name)}/config`)) ?? '');
  const datadir = config.get('bitcoin-datadir');
  const log = config.get('log-file');
  const dir = datadir?.startsWith('/') ? dirname(datadir) : undefined;
  return dir !== undefined && dir !== '/' && datadir === `${dir}/bitcoin` && log === `${dir}/${name}/log`
    ? dir
    : undefined;
}
