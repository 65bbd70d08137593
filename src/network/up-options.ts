import { LnPlayError } from '../core/errors.js';
import type { ProcessEntry } from '../process/table.js';
import type { ExecutableOptions } from './executables.js';
import type { LightningNode } from '../nodes/node.js';
import type { PodsOptions } from './pods-record.js';
import { settingsOf, type Edge, type NetworkSpec, type NodeSpec } from './spec.js';

/** What one may ask of `up`. */
export interface UpOptions extends ExecutableOptions {
  /** Absolute, or relative to the current folder; by default `LN_PLAY_DIR` or `~/.ln-play`. */
  readonly dir?: string | undefined;
  /**
   * How many nodes (2 for a new playground), called l1, l2, …; or their names; or what each is to be. A playground keeps
   * those that it has, and takes in what it has not.
   */
  readonly nodes?: number | readonly (string | NodeSpec)[] | undefined;
  /** Who is connected to whom, besides those who are already; by default each new node to the one before it. */
  readonly peers?: readonly Edge[] | undefined;
  /** What the whole network is to be, in place of `nodes` and `peers`: what there is is brought to it. */
  readonly network?: NetworkSpec | undefined;
  /**
   * Of a folder that has no playground: makes it of a snapshot instead, which is a file that was exported, a snapshot's
   * folder, or the name of a snapshot of the default playground.
   */
  readonly from?: string | undefined;
  /** With `from`: also run what the configs of a file name, plugins and all else. */
  readonly trust?: boolean | undefined;
  /** Also does what loses something: closes channels that `network` has not, removes nodes, peers, options and plugins. */
  readonly prune?: boolean | undefined;
  /** A new playground is made from nothing, also where ln-play's cache has an image of its like. */
  readonly cold?: boolean | undefined;
  /** Where the daemons of a new playground run, if not on this machine. */
  readonly pods?: PodsOptions | undefined;
  /** New nodes listen on TCP ports of 127.0.0.1 instead of unix sockets. */
  readonly tcp?: boolean | undefined;
  /** New nodes make random keys; otherwise their keys are fixed by their names. */
  readonly randomKeys?: boolean | undefined;
  /** lightningd options to set in nodes' configs. */
  readonly options?: readonly NodeOption[] | undefined;
  /** Has a node wait for gdb at the start of one of its subdaemons (`--dev-debugger`). */
  readonly debugger?: { readonly node: string; readonly subdaemon: string } | undefined;
}

/** A lightningd option (lightningd-config(5)) for one node. */
export interface NodeOption {
  readonly node: string;
  readonly key: string;
  /** undefined for a flag. */
  readonly value: string | undefined;
}

/**
 * A node that runs has read its config: what it is to have besides would be promised, and not be so.
 *
 * @throws {LnPlayError} STATE
 */
export async function assertAsWanted(
  nodes: readonly LightningNode[],
  { debugger: debug }: UpOptions,
  specs: readonly NodeSpec[],
  table: readonly ProcessEntry[],
): Promise<void> {
  for (const node of nodes.filter(({ daemon }) => daemon.attach(table))) {
    const { name } = node;
    const spec = specs.find((each) => each.name === name)!;
    const lacks = debug?.node === name ? [`--debugger ${name}:${debug.subdaemon}`] : [];
    for (const { key, value } of settingsOf(spec))
      if ((await node.configured(key)) !== (value ?? '')) lacks.push(value === undefined ? key : `${key}=${value}`);
    if (lacks.length > 0)
      throw new LnPlayError('STATE', `${name} runs already, without ${lacks.join(', ')}`, {
        hint: `stop it first: ln-play down; or edit ${node.configFile}, then: ln-play restart ${name}`,
      });
  }
}
