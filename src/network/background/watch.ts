import { resolve } from 'node:path';
import type { NodeSpec } from '../spec.js';
import type { Sections } from './sections.js';

/** The plugins of a network's file, as a section of the background. */
export function watchSections(nodes: readonly NodeSpec[]): Partial<Sections> {
  const plugins = nodes.flatMap(({ name, plugins = [] }) =>
    [...new Set(plugins.map((file) => resolve(file)))].map((file) => ({ node: name, file })),
  );
  return plugins.length > 0 ? { watch: { plugins } } : {};
}
