import { messageOf } from '../core/errors.js';
import type { DaemonState } from '../daemons/daemon.js';
import { statesOf } from '../daemons/daemon-states.js';
import type { Implementation } from '../daemons/implementation.js';
import { ENDED, type ChannelPhase, type LightningNode } from '../nodes/node.js';
import { listProcesses } from '../process/table.js';
import type { SectionStatus } from './background/sections.js';
import type { Network } from './network.js';

/** How long one daemon may take to answer before its status says so, in ms. */
const ANSWER_MS = 5_000;

/** What `ln-play status --json` prints: scripts may rely on it. */
export interface PlaygroundStatus {
  readonly dir: string;
  /** All that runs when the playground is up, in start order. */
  readonly daemons: readonly DaemonStatus[];
  readonly bitcoind: {
    readonly state: DaemonState;
    readonly version: string | null;
    readonly pid: number | null;
    readonly rpc_port: number;
    readonly blocks: number | null;
  };
  readonly nodes: readonly NodeStatus[];
  readonly channels: readonly ChannelStatus[];
  /** What goes on by itself. */
  readonly background: readonly SectionStatus[];
}

/** Whether all that the playground has runs and answers. */
export const allAnswer = ({ daemons, bitcoind, nodes }: PlaygroundStatus): boolean =>
  daemons.every(({ state }) => state === 'running') &&
  [bitcoind.blocks, ...nodes.map(({ blockheight }) => blockheight)].every((height) => height !== null);

export interface DaemonStatus {
  readonly name: string;
  readonly state: DaemonState;
  readonly pid: number | null;
  readonly purpose: string;
  readonly log_file: string;
  /** Of one in a pod: what that waits for, or why it is not there. */
  readonly problem?: string;
}

export interface NodeStatus {
  readonly name: string;
  readonly implementation: Implementation;
  readonly version: string | null;
  readonly state: DaemonState;
  readonly id: string | null;
  readonly alias: string | null;
  readonly pid: number | null;
  readonly lightning_dir: string;
  readonly rpc_socket: string;
  readonly binding: string | null;
  readonly blockheight: number | null;
  readonly num_peers: number | null;
  /** Why it runs and does not answer. */
  readonly problem?: string;
}

export interface ChannelStatus {
  readonly from: string;
  readonly to: string;
  readonly short_channel_id: string | null;
  /** What the opener's implementation calls it; `phase` is the same word for all of them. */
  readonly state: string;
  readonly phase: ChannelPhase;
  readonly total_msat: number;
  readonly to_us_msat: number;
}

/** Asks every daemon at once. One that does not answer is told as such and hides none of the others. */
export async function statusOf(network: Network): Promise<PlaygroundStatus> {
  const daemons = await withPods(network, daemonsStatus(network));
  const background = await backgroundStatus(network, daemons);
  const stateOf = (name: string): DaemonState => daemons.find((daemon) => daemon.name === name)!.state;
  const [bitcoind, nodes] = await Promise.all([
    bitcoindStatus(network, stateOf('bitcoind')),
    Promise.all(network.nodes.map((node) => nodeStatus(node, stateOf(node.name)))),
  ]);
  const namesById = new Map(
    await Promise.all(
      network.nodes.map(async (node, index) => {
        const id = nodes[index]!.status.id ?? (await node.formerId()); // it may be dead: it has its name still
        return [id, node.name] as const;
      }),
    ),
  );
  return {
    dir: network.dir,
    daemons,
    bitcoind,
    nodes: nodes.map(({ status }) => status),
    channels: nodes.flatMap(({ status, channels }) =>
      channels
        // lightningd tells of one that has ended for a hundred blocks, also where a node has been removed with it
        .filter(({ openedByUs, peer, phase }) => openedByUs && (namesById.has(peer) || !ENDED.has(phase)))
        .map(({ peer, shortChannelId, state, phase, capacityMsat, oursMsat }) => ({
          from: status.name,
          to: namesById.get(peer) ?? peer,
          short_channel_id: shortChannelId ?? null,
          state,
          phase,
          total_msat: Number(capacityMsat),
          to_us_msat: Number(oursMsat),
        })),
    ),
    background,
  };
}

/** What goes on, and of what the mempool was filled with as much as still waits. */
async function backgroundStatus(network: Network, daemons: readonly DaemonStatus[]): Promise<SectionStatus[]> {
  const sections = await network.background.status();
  if (!sections.some(({ name }) => name === 'mempool')) return sections;
  const without = sections.filter(({ name }) => name !== 'mempool');
  if (daemons.find(({ name }) => name === 'bitcoind')!.state !== 'running') return without;
  const { waitingFillers } = await import('./weather/fill-mempool.js');
  const waiting = await waitingFillers(network, ANSWER_MS).catch(() => undefined); // it runs and does not answer (yet)
  return waiting?.transactions === 0 ? without : await network.background.status({ mempool: { ...waiting } });
}

function daemonsStatus(network: Network): DaemonStatus[] {
  const table = listProcesses();
  const daemons = network.daemons();
  for (const { daemon } of daemons) daemon.attach(table);
  const states = statesOf(daemons.map(({ daemon }) => daemon));
  return daemons.map(({ daemon, purpose }, index) => ({
    name: daemon.name,
    state: states[index]!,
    pid: daemon.pid ?? null,
    purpose,
    log_file: daemon.spec.logFile,
    ...(daemon.problem === undefined ? {} : { problem: daemon.problem }),
  }));
}

async function withPods(network: Network, daemons: readonly DaemonStatus[]): Promise<DaemonStatus[]> {
  const lacking = daemons.filter(({ state, problem }) => state !== 'running' && problem === undefined);
  const problems = await network.podProblems(lacking.map(({ name }) => name));
  return daemons.map((daemon) => {
    const problem = problems.get(daemon.name);
    return problem === undefined ? daemon : { ...daemon, problem };
  });
}

async function bitcoindStatus({ bitcoind }: Network, state: DaemonState): Promise<PlaygroundStatus['bitcoind']> {
  const base = { state, pid: bitcoind.daemon.pid ?? null, rpc_port: bitcoind.rpcPort };
  const unknown = { version: null, blocks: null };
  if (state !== 'running') return { ...base, ...unknown };
  try {
    const [{ subversion }, { blocks }] = await Promise.all([
      bitcoind.rpc.call<{ subversion: string }>('getnetworkinfo', [], undefined, ANSWER_MS),
      bitcoind.rpc.call<{ blocks: number }>('getblockchaininfo', [], undefined, ANSWER_MS),
    ]);
    return { ...base, version: versionOf(subversion), blocks };
  } catch {
    return { ...base, ...unknown }; // it runs and does not answer (yet)
  }
}

/** `/Satoshi:29.4.0/Knots:20260101/` is what bitcoind says; a person wants `Knots:20260101` or `Satoshi:29.4.0`. */
export const versionOf = (subversion: string): string => subversion.split('/').filter(Boolean).join(' ');

async function nodeStatus(node: LightningNode, state: DaemonState) {
  const { name, implementation, folder, rpcAddress, daemon } = node;
  const base = { name, implementation, state, pid: daemon.pid ?? null, lightning_dir: folder, rpc_socket: rpcAddress };
  const unknown = { version: null, id: null, alias: null, binding: null, blockheight: null, num_peers: null };
  if (state !== 'running') return { status: { ...base, ...unknown }, channels: [] };
  try {
    const options = { timeoutMs: ANSWER_MS };
    const [info, channels] = await Promise.all([node.info(options), node.channels(undefined, options)]);
    const { id, alias = null, version, blockHeight: blockheight, peerCount: num_peers, listens } = info;
    const status = { ...base, id, alias, version, blockheight, num_peers, binding: listens[0] ?? null };
    return { status, channels };
  } catch (error) {
    const problem = (await node.heldUpBy()) ?? messageOf(error);
    return { status: { ...base, ...unknown, problem }, channels: [] };
  }
}
