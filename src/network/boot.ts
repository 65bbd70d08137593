import { availableParallelism } from 'node:os';
import { allOrNothing } from '../core/all-or-nothing.js';
import { throwIfAborted } from '../core/errors.js';
import { makePrivateFolder, removeTree } from '../core/files.js';
import { DEFAULT_INTERVAL_MS } from '../core/wait.js';
import { lostItsPort, type Bitcoind } from '../daemons/bitcoind.js';
import type { Daemon } from '../daemons/daemon.js';
import type { LightningNode, NodeSetup } from '../nodes/node.js';
import { listProcesses, type ProcessEntry } from '../process/table.js';
import { assertAbilities } from './apply/assert-network.js';
import type { Change, Changes, Loss } from './apply/change.js';
import { goneFrom, outdatedNodes, settingsPlan } from './apply/settings-of-up.js';
import { reconnect } from './channels.js';
import { resolveExecutables } from './executables.js';
import { colourOf, secretOf } from './keys.js';
import type { Layout } from './layout.js';
import { readManifest, writeManifest, type Manifest, type NodeRecord } from './manifest.js';
import type { Network, NetworkContext } from './network.js';
import { assertFiles, planOf, type Plan } from './plan.js';
import { notUp, SomeNotUp } from './some-not-up.js';
import { settingsOf, type Edge, type NodeSpec } from './spec.js';
import { clearUnborn, isUnborn, markUnborn } from './unborn.js';
import { assertAsWanted, type UpOptions } from './up-options.js';

/** How often a port may be lost to somebody else before we give up. */
const PORT_TRIES = 5;
/** How long an image may take to be pulled and its daemon to start, in ms, where nobody says how long. */
const POD_READY_MS = 600_000;
/** Of so many nodes one that does not start stops all that was started: the rest would be of little use. */
const FEW = 2;

export interface UpReport<N extends Network = Network> {
  readonly playground: N;
  readonly created: boolean;
  /** The names of the daemons that this call started, and of those that ran already. */
  readonly started: readonly string[];
  readonly alreadyRan: readonly string[];
  /** Of a playground that was made from somebody else's file: what its configs named, and is not run. */
  readonly leftOut?: readonly string[];
  /** Of those that were started: those that ran, and had to be given another config. */
  readonly restarted: readonly string[];
  /** What had to be done besides for the network that was asked for, and what it has no more. */
  readonly changes: readonly Change[];
  readonly losses: readonly Loss[];
}

type StartReport<N extends Network> = Pick<UpReport<N>, 'playground' | 'started' | 'alreadyRan' | 'restarted'> & {
  readonly failed: ReadonlyMap<LightningNode, unknown>;
};

/** Brings everything up; see `Playground.up`. The caller holds the playground's lock. */
export async function boot<N extends Network>(
  layout: Layout,
  options: UpOptions,
  context: NetworkContext,
  make: (manifest: Manifest) => N,
): Promise<UpReport<N>> {
  const before = await readManifest(layout);
  const plan = planOf(options, before);
  await assertFiles(plan, before, layout);
  const settings = await settingsPlan(options, before, make);
  const inPods = options.pods || before?.pods ? await import('./pods.js') : undefined;
  const pods = inPods?.podsRecordOf(options.pods, before);
  const inThem = pods && (await inPods!.podPrograms(layout, pods, plan.nodes, before?.nodes ?? [], context));
  const { bitcoind, nodes, bitcoinCli } =
    inThem ?? (await resolveExecutables(options, plan.nodes, await proven(before, make), context.signal));
  if (options.network) assertAbilities(options.network, nodes);
  const isUnfunded = ({ name }: NodeRecord): boolean => {
    const had = before?.nodes.find((node) => node.name === name);
    return had ? had.unfunded === true : options.network !== undefined;
  };
  const manifest: Manifest = {
    format: 2,
    dir: layout.dir,
    bitcoind,
    nodes: nodes.map((node) => (isUnfunded(node) ? { ...node, unfunded: true } : node)),
    peers: plan.peers,
    pods,
  };
  const outdated = outdatedNodes(settings, options);
  const others = make(manifest).nodes.filter(({ name }) => !outdated.has(name));
  const table = listProcesses();
  await assertAsWanted(others, options, plan.nodes, table);
  await makePrivateFolder(layout.dir);
  if (!before) await markUnborn(layout);
  else {
    await forgetConfigs(make(before).nodes, manifest);
    if (before.dir !== layout.dir)
      await Promise.all(make(before).nodes.map((node) => node.rebase(before.dir, layout.dir)));
  }
  await writeManifest(layout, manifest);
  if (pods && inThem) {
    const { nodes: made, steps } = make(manifest);
    const theirs = { record: pods, tenancy: inThem.tenancy };
    await steps.run('pods', () => inPods!.applyPods(layout, theirs, plan.nodes, made, context));
  }

  for (let tries = 1; ; tries++) {
    try {
      const found = tries === 1 ? table : listProcesses();
      const { failed, ...report } = await start(make(manifest), plan, options, bitcoinCli, settings, found);
      if (failed.size > 0) throw notUp(failed, report.playground.nodes.length);
      return { ...report, ...settings, created: before === undefined };
    } catch (error) {
      if (lostItsPort(error) && !pods && tries < PORT_TRIES) continue;
      if (before) {
        // others that did not work are not kept
        const kept = withProgramsOf(before, manifest, error instanceof SomeNotUp ? error.names : undefined);
        await forgetConfigs(make(manifest).nodes, kept);
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
  const daemons = [bitcoind.daemon, ...nodes.map((node) => node.daemon)];
  return daemons.some((daemon) => daemon.attach(table)) ? before : undefined;
}

/** Each implementation gets a config of its own. */
async function forgetConfigs(before: readonly LightningNode[], { nodes }: Manifest): Promise<void> {
  for (const { name, executable } of nodes) {
    const had = before.find((node) => node.name === name);
    if (had && had.implementation !== executable.implementation) await removeTree(had.configFile);
  }
}

/** @param failed whose programs did not work; all by default, bitcoind's as well */
function withProgramsOf(before: Manifest, manifest: Manifest, failed?: readonly string[]): Manifest {
  const nodes = manifest.nodes.map((node) => {
    if (failed && !failed.includes(node.name)) return node;
    const had = before.nodes.find(({ name }) => name === node.name);
    return had ? { ...node, executable: had.executable } : likeOthers(node, before);
  });
  return { ...manifest, bitcoind: failed ? manifest.bitcoind : before.bitcoind, nodes };
}

/** A new node with a program that the others have, of its kind if there is one. */
function likeOthers(node: NodeRecord, { nodes }: Manifest): NodeRecord {
  const other = nodes.find(({ executable }) => executable.implementation === node.executable.implementation);
  return { ...node, executable: (other ?? nodes[0]!).executable };
}

/** Starts all that does not run: bitcoind and the nodes at once, since a node waits for bitcoind by itself. */
async function start<N extends Network>(
  playground: N,
  plan: Plan,
  options: UpOptions,
  bitcoinCli: string | undefined,
  settings: Changes,
  table: readonly ProcessEntry[],
): Promise<StartReport<N>> {
  const { bitcoind, nodes, faucet, miner, background, steps } = playground;
  // bitcoind may start after those who wait for what needs it
  let bitcoindDied: (error: unknown) => void = () => {};
  let chainFailure: unknown;
  const failure = new Promise<never>((_, reject) => {
    bitcoindDied = (error) => reject((chainFailure = error));
  });
  failure.catch(() => {}); // whoever waits hears of it
  const longer = playground.isInPods && { timeoutMs: playground.limit(POD_READY_MS) };
  const wait = { ...playground.wait, ...longer, failure };
  const started: Daemon[] = [];
  const restore: (() => Promise<void>)[] = [];
  const failed = new Map<LightningNode, unknown>();

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
    await steps.run('first blocks', async () => {
      await faucet.prepare({ ...wait, signal });
      await miner.prepare({ ...wait, signal });
    });
    if (!runs && background.sections.mempool)
      await steps.run('mempool', async () => {
        const { emptyMempool } = await import('./weather/fill-mempool.js');
        await emptyMempool(playground, { ...wait, signal });
      });
  };
  const startNode = async (node: LightningNode, signal: AbortSignal): Promise<void> => {
    const debug = options.debugger?.node === node.name ? options.debugger.subdaemon : undefined;
    const spec = plan.nodes.find(({ name }) => name === node.name)!;
    const undo = await node.prepare({
      ...setupOf(spec, bitcoind, bitcoinCli),
      without: options.prune ? goneFrom(node.name, settings) : undefined,
    });
    restore.push(undo);
    try {
      throwIfAborted(signal);
      await steps.run(`start ${node.name}`, async () => {
        started.push(node.daemon);
        await node.start(debug);
        if (debug === undefined) await node.waitReady({ ...wait, signal, intervalMs });
      });
    } catch (error) {
      // where there are many, one that fails keeps none of the others down
      if (nodes.length <= FEW || signal.aborted || error === chainFailure || lostItsPort(error)) throw error;
      failed.set(node, error);
      await node.daemon.stop();
      await undo();
    }
  };

  /** One that ran may be dying still, of what made its owner call `up`. */
  const keepNode = async (node: LightningNode, signal: AbortSignal): Promise<void> => {
    try {
      await node.waitReady({ ...wait, signal, intervalMs });
    } catch (error) {
      if (signal.aborted || node.daemon.attach()) throw error;
      await startNode(node, signal);
    }
  };

  const bitcoindRan = bitcoind.daemon.attach(table);
  let running = nodes.filter(({ daemon }) => daemon.attach(table));
  if (!bitcoindRan && (await isUnborn(playground.layout))) {
    await Promise.all(running.map(({ daemon }) => daemon.kill()));
    running = [];
    await clearUnborn(playground.layout, nodes);
  }
  for (const { daemon } of [bitcoind, ...running]) daemon.thaw(table);
  await bitcoind.load();
  const port = bitcoind.rpcPort;
  if (!bitcoindRan) await bitcoind.prepare();
  if (bitcoind.rpcPort !== port) {
    // those that run would look for it at its old port for ever
    await Promise.all(running.map(({ daemon }) => daemon.stop()));
    running = [];
  }
  const outdated = outdatedNodes(settings, options);
  const restarted = running.filter(({ name }) => outdated.has(name));
  running = running.filter((node) => !restarted.includes(node));
  await Promise.all(restarted.map((node) => steps.run(`stop ${node.name}`, () => node.daemon.stop())));
  const stopped = nodes.filter((node) => !running.includes(node));
  await background.load(table);
  const isGone = !bitcoindRan && running.length === 0 && background.daemon.pid === undefined;
  if (isGone) await background.forgetByHand(); // it went with the machine, not with `down`
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
    const up = nodes.filter((node) => !failed.has(node));
    if (up.length === 0) throw [...failed.values()][0];
    const belong = [...playground.peers, ...(options.network?.channels ?? []).map(({ from, to }): Edge => [from, to])];
    if (!options.debugger)
      await Promise.all([
        playground.sync(),
        steps.run('connect', () => reconnect(up, belong, wait, undefined, playground.isHeldApart)),
      ]);
    if (await background.start(wait)) started.push(background.daemon);
  } catch (error) {
    await Promise.all(started.filter((daemon) => daemon !== bitcoind.daemon).map((daemon) => daemon.stop()));
    await Promise.all(started.map((daemon) => daemon.stop()));
    for (const undo of restore) await undo();
    throw error;
  }
  const names = started.map(({ name }) => name);
  const alreadyRan = playground.daemons().flatMap(({ daemon: { name } }) => (names.includes(name) ? [] : [name]));
  return { playground, started: names, alreadyRan, restarted: restarted.map(({ name }) => name), failed };
}

function setupOf(spec: NodeSpec, { datadir, rpcPort }: Bitcoind, bitcoinCli: string | undefined): NodeSetup {
  const { name, alias = name, colour = colourOf(name), listen = 'socket', key = 'name', plugins = [] } = spec;
  const bitcoind = { datadir, rpcPort, cli: bitcoinCli };
  return { alias, colour, listen, secret: secretOf(name, key), bitcoind, options: settingsOf(spec), plugins };
}
