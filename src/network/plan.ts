import { resolve } from 'node:path';
import { LnPlayError } from '../core/errors.js';
import { namesIn } from '../core/files.js';
import { whyNotExecutable } from '../daemons/executables/files.js';
import { SUBDAEMONS } from '../daemons/subdaemons.js';
import { assertChannels } from './apply/assert-network.js';
import type { Layout } from './layout.js';
import { MOST_NODES } from './limits.js';
import type { Manifest } from './manifest.js';
import { assertNames, nodeNames } from './names.js';
import { assertEdges, assertSpec, inLine, sameEdge, type Edge, type NodeSpec } from './spec.js';
import type { UpOptions } from './up-options.js';

/** What a playground is to be made of: what it is made of already, and what is asked for besides. */
export interface Plan {
  readonly nodes: readonly NodeSpec[];
  readonly peers: readonly Edge[];
}

/** @throws {LnPlayError} USAGE for what cannot be asked for */
export function planOf(options: UpOptions, before: Manifest | undefined): Plan {
  const had = before?.nodes ?? [];
  const hadNames = had.map(({ name }) => name);
  const most = (options.pods ?? before?.pods) ? MOST_NODES.inPods : MOST_NODES.here;
  const asked = askedSpecs(options.network?.nodes ?? options.nodes ?? (before ? [] : 2), hadNames, most);
  const added = asked.filter(({ name }) => !hadNames.includes(name));
  const names = [...hadNames, ...added.map(({ name }) => name)];
  if (added.length > 0) assertNames(names);
  assertKnown(options, names);

  const nodes = names.map((name): NodeSpec => {
    const spec = asked.find((each) => each.name === name);
    const record = had.find((node) => node.name === name);
    const { executable: _, ...lasting } = record ?? { ...newNode(options), ...spec, name, executable: undefined };
    const own = (options.options ?? []).filter(({ node }) => node === name);
    return {
      ...lasting,
      lightningd: options.lightningdOf?.[name] ?? spec?.lightningd ?? options.lightningd,
      options: {
        ...spec?.options,
        ...Object.fromEntries(own.map(({ key, value }) => [key, value ?? (true as const)])),
      },
      plugins: spec?.plugins?.map((file) => resolve(file)),
    };
  });
  for (const spec of nodes) assertSpec(spec);

  const edges =
    options.network?.peers ?? options.peers ?? inLine([...hadNames.slice(-1), ...added.map(({ name }) => name)]);
  assertEdges(edges, names);
  if (options.network) assertChannels(options.network, names);
  const peers = [...(before?.peers ?? [])];
  for (const edge of edges) if (!peers.some((each) => sameEdge(each, edge))) peers.push(edge);
  return { nodes, peers };
}

/** Names that count from where the nodes that there are end: `--nodes 3`. */
function askedSpecs(nodes: NonNullable<UpOptions['nodes']>, had: readonly string[], most: number): NodeSpec[] {
  const refuse = (what: string): never => {
    const hint = `for example: ln-play up --nodes 3; in pods (--on kubernetes) there may be ${MOST_NODES.inPods}`;
    throw new LnPlayError('USAGE', `${what}: a playground has 1 to ${most} nodes`, { hint });
  };
  if (typeof nodes !== 'number') {
    if (had.length + nodes.length === 0 || new Set([...had, ...nodes.map(nameOf)]).size > most)
      refuse(`${nodes.length} nodes`);
    assertNames(nodes.map(nameOf));
    return nodes.map((node) => (typeof node === 'string' ? { name: node } : node));
  }
  if (!Number.isSafeInteger(nodes) || nodes < 1 || nodes > most) refuse(`--nodes ${nodes}`);
  const free = nodeNames(nodes + had.length).filter((name) => !had.includes(name));
  return free.slice(0, Math.max(0, nodes - had.length)).map((name) => ({ name }));
}

const nameOf = (node: string | NodeSpec): string => (typeof node === 'string' ? node : node.name);

const newNode = ({ tcp, randomKeys }: UpOptions): Partial<NodeSpec> => ({
  ...(tcp ? { listen: 'tcp' } : {}),
  ...(randomKeys ? { key: 'random' } : {}),
});

/** @throws {LnPlayError} USAGE for an option of a node that there is not, or a subdaemon that there is not */
function assertKnown({ options = [], lightningdOf = {}, debugger: debug }: UpOptions, names: readonly string[]): void {
  const meant = [...options.map(({ node }) => node), ...Object.keys(lightningdOf), ...(debug ? [debug.node] : [])];
  for (const node of meant)
    if (!names.includes(node))
      throw new LnPlayError('USAGE', `There is no node ${JSON.stringify(node)}`, {
        hint: `the nodes are ${names.join(', ')}`,
      });
  if (debug && !SUBDAEMONS.includes(debug.subdaemon))
    throw new LnPlayError('USAGE', `There is no subdaemon ${JSON.stringify(debug.subdaemon)}`, {
      hint: `the subdaemons are ${SUBDAEMONS.join(', ')}`,
    });
}

/**
 * What must be right on disk before anything is made: plugins that can be run, and no folder of somebody else's where a
 * new node's would be. A folder with a config or a key in it is taken for one prepared by hand.
 *
 * @throws {LnPlayError} USAGE; FILESYSTEM
 */
export async function assertFiles({ nodes }: Plan, before: Manifest | undefined, layout: Layout): Promise<void> {
  for (const { name, plugins = [] } of nodes) {
    for (const plugin of plugins) {
      const why = await whyNotExecutable(plugin);
      if (why !== undefined)
        throw new LnPlayError('USAGE', `${name}'s plugin ${plugin} cannot be run: ${why}`, {
          hint: 'see what lightningd would think of it: ln-play plugin check FILE',
        });
    }
    if (before?.nodes.some((node) => node.name === name)) continue;
    const folder = layout.nodeDir(name);
    const inIt = await namesIn(folder);
    if (inIt.length > 0 && !inIt.includes('config') && !inIt.includes('regtest'))
      throw new LnPlayError('FILESYSTEM', `${folder} is there already, and is no node's folder`, {
        hint: 'give the node another name, or the playground another folder with --dir',
      });
  }
}
