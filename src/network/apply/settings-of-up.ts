import type { NodeSetup } from '../../nodes/node.js';
import type { Manifest } from '../manifest.js';
import type { Network } from '../network.js';
import type { UpOptions } from '../up-options.js';
import { assertAsMade } from './assert-as-made.js';
import { isLoss, type Change, type Changes } from './change.js';
import { planSettings, presentNodes } from './plan-settings.js';

/** How the nodes and their configs differ from the network that is asked for. */
export async function settingsPlan(
  asked: UpOptions,
  before: Manifest | undefined,
  make: (manifest: Manifest) => Network,
): Promise<Changes> {
  const { network, options = [] } = asked;
  if (!network) return { changes: [], losses: [] };
  assertAsMade(network.nodes, before?.nodes ?? []);
  const had = before ? make(before).nodes : [];
  const besides = new Set(options.map(({ node, key }) => `${node}:${key}`));
  const changes = planSettings(network, await presentNodes(had, network), before?.peers ?? [], besides);
  const outdated = outdatedNodes(changes, asked);
  const restarts = had.flatMap(({ name, daemon }): Change[] =>
    outdated.has(name) && daemon.attach() ? [{ what: 'restart', node: name }] : [],
  );
  return { ...changes, changes: [...changes.changes, ...restarts] };
}

/** Those that have read a config which is another by now. */
export function outdatedNodes({ changes, losses }: Changes, { prune }: UpOptions): ReadonlySet<string> {
  const added = changes.flatMap((change) =>
    change.what === 'set option' || change.what === 'add plugin' ? [change.node] : [],
  );
  const gone = losses.flatMap((loss) =>
    loss.what === 'remove option' || loss.what === 'remove plugin' ? [loss.node] : [],
  );
  return new Set([...added, ...(prune ? gone : [])]);
}

/** What is to be taken out of a node's config. */
export const goneFrom = (name: string, { losses }: Changes): NodeSetup['without'] => ({
  options: losses.filter(isLoss('remove option')).flatMap(({ node, key }) => (node === name ? [key] : [])),
  plugins: losses.filter(isLoss('remove plugin')).flatMap(({ node, plugin }) => (node === name ? [plugin] : [])),
});
