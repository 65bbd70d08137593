import { LnPlayError } from '../core/errors.js';
import { SUBDAEMONS } from '../daemons/subdaemons.js';
import { listProcesses } from '../process/table.js';
import type { ExecutableOptions } from './executables.js';
import type { Manifest } from './manifest.js';
import type { LightningNode } from './node.js';

/** What one may ask of `up`. */
export interface UpOptions extends ExecutableOptions {
  /** Absolute, or relative to the current folder; by default `LN_PLAY_DIR` or `~/.ln-play`. */
  readonly dir?: string | undefined;
  /** How many nodes, 2 or more; an existing playground grows to it. */
  readonly nodes?: number | undefined;
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
 * How many nodes there will be.
 *
 * @throws {LnPlayError} USAGE
 */
export function nodeCount({ nodes }: UpOptions, before: Manifest | undefined): number {
  const has = before?.nodes.length ?? 2;
  if (nodes === undefined) return has;
  if (!Number.isSafeInteger(nodes) || nodes < 2 || nodes > 100)
    throw new LnPlayError('USAGE', `--nodes ${nodes}: a playground has 2 to 100 nodes`, {
      hint: 'for example: ln-play up --nodes 3',
    });
  return Math.max(nodes, has);
}

/** @throws {LnPlayError} USAGE for an option of a node that there is not, or a subdaemon that there is not */
export function assertKnown(
  { options = [], lightningdOf = {}, debugger: debugged }: UpOptions,
  names: readonly string[],
): void {
  const asked = [
    ...options.map(({ node }) => node),
    ...Object.keys(lightningdOf),
    ...(debugged ? [debugged.node] : []),
  ];
  for (const node of asked)
    if (!names.includes(node))
      throw new LnPlayError('USAGE', `There is no node ${JSON.stringify(node)}`, {
        hint: `the nodes are ${names.join(', ')}`,
      });
  if (debugged && !SUBDAEMONS.includes(debugged.subdaemon))
    throw new LnPlayError('USAGE', `There is no subdaemon ${JSON.stringify(debugged.subdaemon)}`, {
      hint: `the subdaemons are ${SUBDAEMONS.join(', ')}`,
    });
}

/**
 * A node that runs has read its config: what it is to have besides would be promised, and not be so.
 *
 * @throws {LnPlayError} STATE
 */
export async function assertAsWanted(
  nodes: readonly LightningNode[],
  { options = [], debugger: debug }: UpOptions,
): Promise<void> {
  if (options.length === 0 && !debug) return;
  const table = listProcesses();
  for (const { name, lightningd } of nodes.filter((node) => node.lightningd.daemon.attach(table))) {
    const lacks = debug?.node === name ? [`--debugger ${name}:${debug.subdaemon}`] : [];
    for (const { key, value } of options.filter(({ node }) => node === name))
      if ((await lightningd.configured(key)) !== (value ?? ''))
        lacks.push(value === undefined ? key : `${key}=${value}`);
    if (lacks.length > 0)
      throw new LnPlayError('STATE', `${name} runs already, without ${lacks.join(', ')}`, {
        hint: `stop it first: ln-play down; or edit ${lightningd.configFile}, then: ln-play restart ${name}`,
      });
  }
}
