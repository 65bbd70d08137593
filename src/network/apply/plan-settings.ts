import { resolve } from 'node:path';
import type { LightningNode, OwnSettings } from '../../nodes/node.js';
import { sameEdge, settingsOf, type Edge, type NetworkSpec } from '../spec.js';
import type { Change, Changes, Loss } from './change.js';

/** A node of the playground and what its config says: known whether it runs or not. */
export interface PresentNode {
  readonly node: LightningNode;
  readonly own: OwnSettings;
  /** What its config has for each option that the spec names: '' for a flag, undefined where it is not set. */
  readonly configured: ReadonlyMap<string, string | undefined>;
}

/** What the configs of these nodes say, as far as it concerns a spec. */
export async function presentNodes(nodes: readonly LightningNode[], spec: NetworkSpec): Promise<PresentNode[]> {
  return await Promise.all(
    nodes.map(async (node) => {
      const wanted = spec.nodes.find(({ name }) => name === node.name);
      const keys = wanted ? settingsOf(wanted).map(({ key }) => key) : [];
      const configured = new Map(
        await Promise.all(keys.map(async (key) => [key, await node.configured(key)] as const)),
      );
      return { node, own: await node.ownSettings(), configured };
    }),
  );
}

/**
 * How nodes, their options and plugins, and who is connected differ from a spec.
 *
 * @param peers of the playground
 * @param asked options that are asked for beside the spec, NODE:KEY
 */
export function planSettings(
  spec: NetworkSpec,
  present: readonly PresentNode[],
  peers: readonly Edge[],
  asked: ReadonlySet<string> = new Set(),
): Changes {
  const changes: Change[] = [];
  const losses: Loss[] = [];
  for (const wanted of spec.nodes) {
    const { name: node } = wanted;
    const has = present.find((each) => each.node.name === node);
    if (!has) changes.push({ what: 'add node', node });
    const options = settingsOf(wanted);
    const plugins = (wanted.plugins ?? []).map((file) => resolve(file));
    for (const { key, value } of options)
      if (!has || has.configured.get(key) !== (value ?? '')) changes.push({ what: 'set option', node, key, value });
    for (const plugin of plugins)
      if (!has?.own.plugins.includes(plugin)) changes.push({ what: 'add plugin', node, plugin });
    for (const { key, value } of has?.own.options ?? [])
      if (!options.some((option) => option.key === key) && !asked.has(`${node}:${key}`))
        losses.push({ what: 'remove option', node, key, value });
    for (const plugin of has?.own.plugins ?? [])
      if (!plugins.includes(plugin)) losses.push({ what: 'remove plugin', node, plugin });
  }

  const isWanted = (name: string): boolean => spec.nodes.some((node) => node.name === name);
  for (const [from, to] of spec.peers)
    if (!peers.some((edge) => sameEdge(edge, [from, to]))) changes.push({ what: 'connect', from, to });
  const belong: readonly Edge[] = [...spec.peers, ...spec.channels.map(({ from, to }): Edge => [from, to])];
  for (const [from, to] of peers)
    if (isWanted(from) && isWanted(to) && !belong.some((edge) => sameEdge(edge, [from, to])))
      losses.push({ what: 'disconnect', from, to });
  for (const { node } of present) if (!isWanted(node.name)) losses.push({ what: 'remove node', node: node.name });
  return { changes, losses };
}
