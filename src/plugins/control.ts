import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { LnPlayError } from '../core/errors.js';
import { shellWord } from '../core/shell.js';
import type { Lightningd } from '../daemons/lightningd.js';
import { tailFile } from '../daemons/log-tail.js';
import type { JsonObject } from '../rpc/json-rpc.js';
import { LightningRpcError, type CallOptions } from '../rpc/lightning-socket.js';
import { inspectFile } from './check/file.js';
import { heldPayments, payments } from './held.js';

/** A plugin as `lightning-plugin(7)` lists it: its path, whether it runs, whether it can be stopped. */
export interface ListedPlugin {
  readonly name: string;
  readonly active: boolean;
  readonly dynamic: boolean;
}

const SHOWN_LINES = 20;

/**
 * Starts a plugin on a running node (lightning-plugin(7)).
 *
 * @param file taken from our own folder, not from lightningd's
 * @param options values of the plugin's options
 * @returns all plugins of the node
 * @throws {LnPlayError} PLUGIN when its file cannot be started, or when it does not run, with what it wrote to its
 *   standard error and to the log
 */
export async function startPlugin(
  node: Lightningd,
  file: string,
  options: JsonObject = {},
  call: CallOptions = {},
): Promise<readonly ListedPlugin[]> {
  const path = resolve(file);
  const failure = (await inspectFile(path)).find(({ outcome }) => outcome === 'failed');
  if (failure) throw new LnPlayError('PLUGIN', failure.text, { hint: failure.hint });
  // lightningd names its lines in the log after the file that a symbolic link leads to.
  return await startListed(node, path, { file: path, logName: basename(await realpath(path)) }, options, call);
}

/**
 * As `startPlugin`, for a file that is known to be fine.
 *
 * @param shown the file that messages are to name, and the name that its lines in the log bear
 */
export async function startListed(
  node: Lightningd,
  path: string,
  { file, logName }: { readonly file: string; readonly logName: string },
  options: JsonObject,
  call: CallOptions = {},
): Promise<readonly ListedPlugin[]> {
  const { outputFile } = node.daemon.spec;
  const from = { log: await sizeOf(node.logFile), output: await sizeOf(outputFile) };
  try {
    const { plugins = [] } = await node.rpc.call('plugin', { ...options, subcommand: 'start', plugin: path }, call);
    return plugins;
  } catch (error) {
    if (!(error instanceof LightningRpcError)) throw error;
    if (await findPlugin(await listPlugins(node, call), path)) throw runsAlready(node, file, error);
    const logged = await tailFile(node.logFile, 500, from.log);
    const said = [
      ...(await tailFile(outputFile, SHOWN_LINES, from.output)),
      ...logged.flatMap((text) => {
        const said = pluginLine(text, logName);
        return said ? [`${said.level} ${said.line}`] : [];
      }),
    ];
    throw new LnPlayError('PLUGIN', `${node.name} does not run ${logName}: ${reasonOf(error)}`, {
      details: said.slice(-SHOWN_LINES),
      hint: `see what it does by itself: ln-play plugin check --show ${shellWord(file)}`,
      cause: error,
    });
  }
}

/** Core Lightning says no more than `Invalid argument`. */
function runsAlready(node: Lightningd, path: string, cause: unknown): LnPlayError {
  const name = basename(path);
  return new LnPlayError('PLUGIN', `${node.name} runs ${path} already`, {
    hint: `stop it first: ln-play plugin stop ${node.name} ${shellWord(name)}; or have it run anew at each save: ln-play plugin watch ${node.name} ${shellWord(path)}`,
    cause,
  });
}

/**
 * Stops a plugin of a running node.
 *
 * @param plugin its file, or its name as the log and `plugin list` have it
 * @param options `force`: also where payments wait for its decision
 * @throws {LnPlayError} INVALID when the node runs no such plugin, naming those that can be stopped; STATE when payments
 *   wait for its decision
 */
export async function stopPlugin(
  node: Lightningd,
  plugin: string,
  { force = false, ...call }: CallOptions & { readonly force?: boolean } = {},
): Promise<string> {
  const plugins = await listPlugins(node, call);
  const found =
    (await findPlugin(plugins, resolve(plugin))) ??
    (plugin.includes('/') ? undefined : plugins.find(({ name }) => basename(name) === plugin));
  if (!found) {
    const names = plugins.filter(({ dynamic }) => dynamic).map(({ name }) => basename(name));
    throw new LnPlayError('INVALID', `${node.name} runs no plugin ${plugin}`, {
      hint: names.length > 0 ? `those that can be stopped are ${names.join(', ')}` : 'it runs none that can be stopped',
    });
  }
  if (!force) await assertHoldsNothing(node, [found.name], 'or stop it all the same with --force', call);
  const { result } = await node.rpc.call('plugin', { subcommand: 'stop', plugin: found.name }, call);
  return result ?? `Successfully stopped ${basename(found.name)}.`;
}

/**
 * @param wayOut what else the hint has to offer
 * @throws {LnPlayError} STATE when payments wait for the decision of one of these plugins
 */
export async function assertHoldsNothing(
  node: Lightningd,
  plugins: readonly string[],
  wayOut: string,
  call: CallOptions = {},
): Promise<void> {
  const count = await heldPayments(node, plugins, call);
  if (count === 0) return;
  const it = count === 1 ? 'it' : 'them';
  const text = `${basename(plugins[0]!)} holds ${payments(count)}: without its answer ${node.name} would go on as if it had let ${it} pass`;
  throw new LnPlayError('STATE', text, {
    hint: `settle or cancel ${it} first, by the plugin's own methods; ${wayOut}`,
  });
}

export async function listPlugins(node: Lightningd, call: CallOptions = {}): Promise<readonly ListedPlugin[]> {
  return (await node.rpc.call('plugin', { subcommand: 'list' }, call)).plugins ?? [];
}

/** The plugin of this path among those listed; lightningd may list it without the symbolic links on its way. */
export async function findPlugin(plugins: readonly ListedPlugin[], path: string): Promise<ListedPlugin | undefined> {
  const canonical = await realpath(path).catch(() => path); // a plugin may run on when its file is gone
  return plugins.find(({ name }) => name === path || name === canonical);
}

/** What a plugin said in a line of lightningd's log, and at which level; undefined for a line of somebody else. */
export function pluginLine(
  line: string,
  logName: string,
): { readonly level: string; readonly line: string } | undefined {
  const match = /^\S+ +(?:\*\*)?([A-Z]+)(?:\*\*)? +(?:\S+-)?plugin-(.+?): (.*)$/.exec(line);
  return match && match[2] === logName ? { level: match[1]!, line: match[3]! } : undefined;
}

/** lightningd says `PATH: REASON`. */
const reasonOf = ({ message }: LightningRpcError): string =>
  message.replace(/^.*?: plugin: (?:\/.*?: )?/, '').replace(/ \(code -?\d+\)$/, '');

async function sizeOf(file: string): Promise<number> {
  return await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
