import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { allOrNothing } from '../core/all-or-nothing.js';
import { throwIfAborted } from '../core/errors.js';
import { makePrivateFolder, removeTree } from '../core/files.js';
import { DEFAULT_INTERVAL_MS } from '../core/wait.js';
import { lostItsPort } from '../daemons/bitcoind.js';
import { installBackend } from '../daemons/bitcoin-backend/install.js';
import type { Daemon } from '../daemons/daemon.js';
import type { LightningdConfig } from '../daemons/lightningd.js';
import { freePort } from '../process/ports.js';
import { listProcesses } from '../process/table.js';
import { reconnect } from './channels.js';
import { resolveExecutables } from './executables.js';
import { colourOf, fixedSecret } from './keys.js';
import { nodeNames, type Layout } from './layout.js';
import { readManifest, writeManifest, type Manifest, type NodeRecord } from './manifest.js';
import type { LightningNode } from './node.js';
import type { Network, NetworkContext } from './network.js';
import { clearUnborn, isUnborn, markUnborn } from './unborn.js';
import { assertAsWanted, assertKnown, nodeCount, type UpOptions } from './up-options.js';

/** How often a port may be lost to somebody else before we give up. */
const PORT_TRIES = 5;

export interface UpReport<N extends Network = Network> {
  readonly playground: N;
  readonly created: boolean;
  /** The names of the daemons that this call started, and of those that ran already. */
  readonly started: readonly string[];
  readonly alreadyRan: readonly string[];
}

/** Brings everything up; see `Playground.up`. The caller holds the playground's lock. */
export async function boot<N extends Network>(
  layout: Layout,
  options: UpOptions,
  context: NetworkContext,
  make: (manifest: Manifest) => N,
): Promise<UpReport<N>> {
  const before = await readManifest(layout);
  const names = nodeNames(nodeCount(options, before));
  assertKnown(options, names);
  const executables = await resolveExecutables(options, names, await proven(before, make), context.signal);
  const manifest: Manifest = { format: 1, bitcoind: executables.bitcoind, nodes: executables.nodes };
  await assertAsWanted(make(manifest).nodes, options);
  await makePrivateFolder(layout.dir);
  if (!before) await markUnborn(layout);
  else await forgetConfigs(layout, before, manifest);
  await writeManifest(layout, manifest);

  for (let tries = 1; ; tries++) {
    try {
      const report = await start(make(manifest), options, executables.bitcoinCli);
      return { ...report, created: before === undefined };
    } catch (error) {
      if (lostItsPort(error) && tries < PORT_TRIES) continue;
      if (before) {
        const kept = withProgramsOf(before, manifest); // others that did not work are not kept
        await forgetConfigs(layout, manifest, kept);
        await writeManifest(layout, kept);
      }
      throw error;
    }
  }
}

/**
 * The manifest before, if its programs ever worked: where the first blocks never came and nothing runs, an `up` with other
 * programs failed, and whoever does not name them again does not want them.
 */
async function proven(before: Manifest | undefined, make: (manifest: Manifest) => Network) {
  if (!before) return undefined;
  const { layout, bitcoind, nodes } = make(before);
  if (!(await isUnborn(layout))) return before;
  const table = listProcesses();
  const daemons = [bitcoind.daemon, ...nodes.map(({ lightningd }) => lightningd.daemon)];
  return daemons.some((daemon) => daemon.attach(table)) ? before : undefined;
}

/** Each kind of lightningd gets a config of its own. */
async function forgetConfigs({ lightningDir }: Layout, before: Manifest, { nodes }: Manifest): Promise<void> {
  for (const { name, executable } of nodes) {
    const had = before.nodes.find((node) => node.name === name)?.executable;
    if (had && had.implementation !== executable.implementation) await removeTree(join(lightningDir(name), 'config'));
  }
}

const withProgramsOf = (before: Manifest, { format, nodes }: Manifest): Manifest => ({
  format,
  bitcoind: before.bitcoind,
  nodes: nodes.map((node) => before.nodes.find(({ name }) => name === node.name) ?? likeOthers(node, before)),
});

/** A new node with a program that the others have, of its kind where there is one. */
function likeOthers(node: NodeRecord, { nodes }: Manifest): NodeRecord {
  const other = nodes.find(({ executable }) => executable.implementation === node.executable.implementation);
  return { ...node, executable: (other ?? nodes[0]!).executable };
}

/** Starts all that does not run: bitcoind and the nodes at once, since a node waits for bitcoind by itself. */
async function start<N extends Network>(
  playground: N,
  options: UpOptions,
  bitcoinCli: string | undefined,
): Promise<Omit<UpReport<N>, 'created'>> {
  const { bitcoind, nodes, faucet, steps } = playground;
  // bitcoind may start after those who wait for what needs it
  let bitcoindDied: (error: unknown) => void = () => {};
  const failure = new Promise<never>((_, reject) => (bitcoindDied = reject));
  failure.catch(() => {}); // whoever waits hears of it
  const wait = { ...playground.wait, failure };
  const started: Daemon[] = [];
  const restore: (() => Promise<void>)[] = [];

  // many nodes that start have better use for the processor than our questions
  const intervalMs = DEFAULT_INTERVAL_MS + 2 * nodes.length;

  const startChain = async (runs: boolean, signal: AbortSignal): Promise<void> => {
    if (runs) await bitcoind.daemon.waitReady({ ...wait, signal });
    else
      await steps.run('start bitcoind', async () => {
        started.push(bitcoind.daemon);
        await bitcoind.start({ ...wait, signal });
      });
    bitcoind.daemon.died.catch(bitcoindDied);
    await steps.run('first blocks', () => faucet.prepare({ ...wait, signal }));
  };
  const startNode = async (node: LightningNode, signal: AbortSignal): Promise<void> => {
    const debug = options.debugger?.node === node.name ? options.debugger.subdaemon : undefined;
    await prepare(node, options, playground, { bitcoinCli, bitcoinBackend });
    restore.push(await setOptions(node, options));
    throwIfAborted(signal);
    await steps.run(`start ${node.name}`, async () => {
      started.push(node.lightningd.daemon);
      await node.lightningd.start(debug);
      if (debug === undefined) await node.lightningd.waitReady({ ...wait, signal, intervalMs });
    });
  };

  /** One that ran may be dying still, of what made its owner call `up`. */
  const keepNode = async (node: LightningNode, signal: AbortSignal): Promise<void> => {
    try {
      await node.lightningd.waitReady({ ...wait, signal, intervalMs });
    } catch (error) {
      if (signal.aborted || node.lightningd.daemon.attach()) throw error;
      await startNode(node, signal);
    }
  };

  const table = listProcesses();
  const bitcoindRan = bitcoind.daemon.attach(table);
  let running = nodes.filter(({ lightningd }) => lightningd.daemon.attach(table));
  if (!bitcoindRan && (await isUnborn(playground.layout))) {
    await Promise.all(running.map(({ lightningd }) => lightningd.daemon.kill()));
    running = [];
    const names = nodes.map(({ name }) => name);
    await clearUnborn(playground.layout, names);
  }
  await bitcoind.load();
  const port = bitcoind.rpcPort;
  if (!bitcoindRan) await bitcoind.prepare();
  if (bitcoind.rpcPort !== port) {
    // those that run would look for it at its old port for ever
    await Promise.all(running.map(({ lightningd }) => lightningd.daemon.stop()));
    running = [];
  }
  const stopped = nodes.filter((node) => !running.includes(node));
  const bitcoinBackend = await installBackend(bitcoind.datadir);
  try {
    // as many nodes as there are processors start beside bitcoind; more would only take its time from it
    const beside = stopped.slice(0, availableParallelism());
    const after = stopped.slice(beside.length);
    await allOrNothing(wait.signal, [
      async (signal) => {
        await startChain(bitcoindRan, signal);
        await allOrNothing(
          signal,
          after.map((node) => (each) => startNode(node, each)),
        );
      },
      ...beside.map((node) => (signal: AbortSignal) => startNode(node, signal)),
      ...running.map((node) => (signal: AbortSignal) => keepNode(node, signal)),
    ]);
    // a node may be ready before all of the first blocks are there, and still be reading them
    if (!options.debugger) await Promise.all([playground.sync(), steps.run('connect', () => reconnect(nodes, wait))]);
  } catch (error) {
    await Promise.all(started.filter((daemon) => daemon !== bitcoind.daemon).map((daemon) => daemon.stop()));
    await Promise.all(started.map((daemon) => daemon.stop()));
    for (const undo of restore) await undo();
    throw error;
  }
  const names = started.map(({ name }) => name);
  const alreadyRan = ['bitcoind', ...nodes.map(({ name }) => name)].filter((name) => !names.includes(name));
  return { playground, started: names, alreadyRan };
}

async function prepare(
  node: LightningNode,
  options: UpOptions,
  { bitcoind }: Network,
  programs: Pick<LightningdConfig, 'bitcoinCli' | 'bitcoinBackend'>,
): Promise<void> {
  const { lightningd, name, lightningDir } = node;
  const config = {
    alias: name,
    rgb: colourOf(name),
    bindAddr: options.tcp ? `127.0.0.1:${await freePort()}` : join(lightningDir, 'peer'),
    bitcoinDatadir: bitcoind.datadir,
    bitcoinRpcPort: bitcoind.rpcPort,
    ...programs,
  };
  await lightningd.prepare(config, options.randomKeys ? undefined : fixedSecret(name));
  await lightningd.configure({
    'bitcoin-rpcport': String(bitcoind.rpcPort),
    ...(programs.bitcoinCli ? { 'bitcoin-cli': programs.bitcoinCli } : {}),
  });
}

/** @returns what takes the options back, should the node not start with them */
async function setOptions(node: LightningNode, { options = [] }: UpOptions): Promise<() => Promise<void>> {
  const own = options.filter((option) => option.node === node.name);
  return await node.lightningd.configure(Object.fromEntries(own.map(({ key, value }) => [key, value])));
}
