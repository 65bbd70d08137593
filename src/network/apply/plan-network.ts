import { resolveNodes } from '../executables.js';
import type { Layout } from '../layout.js';
import { readManifest, type Manifest } from '../manifest.js';
import type { Network } from '../network.js';
import { assertFiles, planOf } from '../plan.js';
import type { NetworkSpec } from '../spec.js';
import type { UpOptions } from '../up-options.js';
import { presentFunds } from './apply.js';
import { assertAbilities } from './assert-network.js';
import type { Changes } from './change.js';
import { planChannels } from './plan-channels.js';
import { settingsPlan } from './settings-of-up.js';

/** What `up` would do. */
export interface NetworkPlan extends Changes {
  /** Names of nodes that do not run: what money and channels they have is not known. */
  readonly unknown: readonly string[];
}

/** See `Playground.plan`. */
export async function planNetwork(
  layout: Layout,
  options: UpOptions & { readonly network: NetworkSpec },
  make: (manifest: Manifest) => Network,
): Promise<NetworkPlan> {
  const { network: spec } = options;
  const before = await readManifest(layout);
  const plan = planOf(options, before);
  await assertFiles(plan, before, layout);
  const settings = await settingsPlan(options, before, make);
  assertAbilities(spec, await resolveNodes(plan.nodes, before));

  const network = before && make(before);
  await network?.bitcoind.load();
  const had = network?.nodes ?? [];
  const unknown = had.filter(({ daemon }) => !daemon.attach()).map(({ name }) => name);
  const isNew = (name: string): boolean => !had.some((node) => node.name === name);
  const present = network && unknown.length === 0 ? await presentFunds(network, spec) : undefined;
  // with one end that is to be made there can be no channel yet
  const certain = present ? spec.channels : spec.channels.filter(({ from, to }) => isNew(from) || isNew(to));
  const unfunded = new Set([...spec.nodes.map(({ name }) => name).filter(isNew), ...(present?.unfunded ?? [])]);
  const channels = planChannels(
    { ...spec, channels: certain },
    { channels: present?.channels ?? [], coins: present?.coins ?? new Map(), unfunded },
  );
  return {
    changes: [...settings.changes, ...channels.changes],
    losses: [...settings.losses, ...channels.losses],
    unknown,
  };
}
