import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LnPlayError } from '../core/errors.js';
import type { NetworkSpec } from '../network/spec.js';
import { readNetworkFile } from './read.js';
import { isTopology, SHAPES, topologyOf, type TopologyOptions } from './topologies.js';

const FOLDER = fileURLToPath(new URL('../../templates/networks', import.meta.url));

/** Networks that come with ln-play, by the names of their files in templates/networks. */
export async function templateNames(): Promise<string[]> {
  const files = await readdir(FOLDER);
  return files.filter((file) => file.endsWith('.yaml')).map((file) => file.slice(0, -'.yaml'.length));
}

/** The text of one of them, as a person reads it. */
export const templateText = async (name: string): Promise<string> => await readFile(templateFile(name), 'utf8');

const templateFile = (name: string): string => join(FOLDER, `${name}.yaml`);

/**
 * The network of this name: a shape with a number (`star:6`), or one that comes with ln-play.
 *
 * @returns with `template` where it is one of the latter
 * @throws {LnPlayError} USAGE
 */
export async function namedNetwork(
  text: string,
  options: TopologyOptions,
): Promise<{ readonly spec: NetworkSpec; readonly template?: string }> {
  if (isTopology(text)) return { spec: topologyOf(text, options) };
  const names = await templateNames();
  if (!names.includes(text))
    throw new LnPlayError('USAGE', `There is no topology ${JSON.stringify(text)}`, {
      hint: `shapes are ${SHAPES.map((shape) => `${shape}:5`).join(', ')}; networks that come along are ${names.join(', ')}`,
    });
  for (const [name, value] of Object.entries({ '--seed': options.seed, '--capacity': options.capacitySat }))
    if (value !== undefined)
      throw new LnPlayError('USAGE', `${name} is for a shape, and ${text} is a network with all of its own`, {
        hint: `take its file and change it: ln-play topology ${text} > ln-play.yaml`,
      });
  const { spec } = await readNetworkFile(templateFile(text));
  return { spec, template: text };
}
