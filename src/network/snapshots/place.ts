import { LnPlayError } from '../../core/errors.js';
import { readIfThere, writeWhole } from '../../core/files.js';
import { isWithin } from '../../core/within.js';
import { ConfigFile } from '../../core/config-file.js';
import { Bitcoind } from '../../daemons/bitcoind.js';
import { disarmDatadir } from '../../daemons/bitcoind-disarm.js';
import { rebase } from '../../daemons/settings.js';
import { createNode } from '../../nodes/implementations.js';
import { readWanted, writeWanted } from '../background/file.js';
import { lasting } from '../background/sections.js';
import type { ExecutableOptions } from '../executables.js';
import { resolveExecutables } from '../executables.js';
import { layoutOf, type Layout } from '../layout.js';
import { readManifest, writeManifest, type Manifest } from '../manifest.js';
import { assertNames } from '../names.js';

/** What of a playground's folder is its state, by name. */
export const stateOf = ({ nodes }: Pick<Manifest, 'nodes'>): string[] => [
  'ln-play.json',
  '.unborn',
  'background.json',
  'bitcoin',
  ...nodes.map(({ name }) => name),
];

/** How a state is put into a playground's folder. */
export interface Placing {
  /** The playground that it was saved from is there still, perhaps running: this one gets ports of its own. */
  readonly isCopy: boolean;
  /** Whose it is: `ours`; or somebody `else`'s, whose programs are not run. */
  readonly whose: 'ours' | 'else';
  /**
   * We have made it here, with the very programs that are to run: they are not asked for their versions, and none of its files
   * is read that has not changed, nor any where that cannot be told.
   */
  readonly isOwn?: boolean;
  /** Which programs run what is somebody else's. */
  readonly executables?: ExecutableOptions;
  readonly signal?: AbortSignal | undefined;
}

/** What was taken out of somebody else's configs, by daemon: `l1: plugin=/home/bob/x.py`. */
export type LeftOut = readonly string[];

/**
 * Makes of a copy of a state what it is to be in `layout`: its own folder and ports in all configs, nothing in its
 * background that was asked for by hand, and if it is somebody else's this machine's programs alone.
 *
 * @param folder where the copy is
 * @throws {LnPlayError} STATE, USAGE for what is no playground's state; MISSING_BINARY for what it runs and is not here
 */
export async function adapt(
  folder: string,
  layout: Layout,
  { isCopy, whose, executables = {}, signal }: Placing,
): Promise<{ readonly manifest: Manifest; readonly leftOut: LeftOut }> {
  const staged = layoutOf(folder);
  const found = await readManifest(staged);
  if (!found) throw new LnPlayError('STATE', 'It has no ln-play.json: it is no playground', { hint: 'take another' });
  assertNames(found.nodes.map(({ name }) => name));
  const from = found.dir;
  const programs = whose === 'ours' ? undefined : await ourPrograms(found, executables, signal);
  const manifest: Manifest = { ...found, ...programs, pods: undefined, dir: layout.dir }; // who says pods is no snapshot of ours
  const nodes = manifest.nodes.map(({ name, executable }) => createNode(name, staged.nodeDir(name), executable));
  const bitcoind = new Bitcoind(staged.bitcoinDatadir, manifest.bitcoind);
  if (isCopy || from !== layout.dir) {
    for (const node of nodes) await node.rebase(from, layout.dir, { isCopy });
    await rebaseFile(bitcoind.configFile, from, layout.dir);
  }
  if (isCopy) await bitcoind.takeAnotherPort();
  const leftOut: string[] = [];
  if (whose === 'else') {
    const { bitcoinDatadir, nodeDir } = layout;
    for (const node of nodes) {
      const lines = await node.disarm({ folder: nodeDir(node.name), bitcoinDatadir });
      leftOut.push(...lines.map((line) => `${node.name}: ${line}`));
    }
    leftOut.push(...(await disarmDatadir(staged.bitcoinDatadir)).map((line) => `bitcoind: ${line}`));
  }
  const { fromFile, byHand } = await readWanted(staged);
  await writeWanted(staged, { fromFile: whose === 'ours' ? fromFile : {}, byHand: lasting(byHand) });
  await writeManifest(staged, manifest);
  return { manifest, leftOut };
}

/** A program's path that an image names is somebody else's word: this machine's own are run. */
async function ourPrograms(
  theirs: Manifest,
  options: ExecutableOptions,
  signal: AbortSignal | undefined,
): Promise<Pick<Manifest, 'bitcoind' | 'nodes'>> {
  const nowhere = { command: '', args: [] };
  const nodes = theirs.nodes.map((node) => ({ ...node, executable: { ...node.executable, ...nowhere } }));
  const specs = nodes.map((node) => ({
    ...node,
    lightningd: options.lightningdOf?.[node.name] ?? options.lightningd,
  }));
  const resolved = await resolveExecutables(options, specs, { ...theirs, bitcoind: nowhere, nodes }, signal);
  return { bitcoind: resolved.bitcoind, nodes: resolved.nodes };
}

async function rebaseFile(path: string, from: string, to: string): Promise<void> {
  const text = await readIfThere(path);
  if (text === undefined) return;
  const file = new ConfigFile(text, 'first');
  rebase(file, from, to);
  if (file.toString() !== text) await writeWhole(path, file.toString());
}

/** Whether one folder is in the other, so that a copy would be in what it is a copy of. */
export const overlap = (a: string, b: string): boolean => isWithin(a, b) || isWithin(b, a);
