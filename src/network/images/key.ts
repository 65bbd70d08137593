import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bigintAsText } from '../../core/bigint-text.js';
import { KnownDigests } from '../../core/known-digests.js';
import { lnPlayVersion } from '../../core/version.js';
import type { Command } from '../../process/daemon-process.js';
import type { NodeRecord } from '../manifest.js';
import type { Edge, NetworkSpec, NodeSpec } from '../spec.js';

/** All that decides what a ready network is. */
export interface Ingredients {
  readonly nodes: readonly NodeSpec[];
  readonly peers: readonly Edge[];
  readonly network: NetworkSpec | undefined;
  readonly bitcoind: Command;
  readonly records: readonly NodeRecord[];
}

/** Where the build lies that runs: another build makes other images. */
const DIST = fileURLToPath(new URL('../../../dist', import.meta.url));

/**
 * What an image is called in the cache: a hash of all that decides what is in it, programs and plugins by their content.
 *
 * @param folder of the cache, where the hashes of large programs are kept
 * @returns 32 hex digits; undefined for a network that is another each time
 */
export async function imageKey(ingredients: Ingredients, folder: string): Promise<string | undefined> {
  const { nodes, peers, network, bitcoind, records } = ingredients;
  if (nodes.some(({ key }) => key === 'random')) return undefined;
  const programs = [bitcoind, ...records.map(({ executable }) => executable)];
  const digests = new KnownDigests(join(folder, 'programs.json'));
  const files = new Set(
    programs.flatMap(({ command, args }) => [command, ...args.filter((arg) => arg.startsWith('/'))]),
  );
  const plugins = new Set(nodes.flatMap((node) => node.plugins ?? []));
  const contents = await Promise.all(
    [...files, ...plugins].map(async (file) => [file, await digests.of(file)] as const),
  );
  await digests.save();
  const build = await readFile(join(DIST, 'package.json'), 'utf8').catch(() => ''); // a package has no such file
  return createHash('sha256')
    .update(JSON.stringify([lnPlayVersion(), build, nodes, peers, network ?? null, programs, contents], bigintAsText))
    .digest('hex')
    .slice(0, 32);
}
