import { isDeepStrictEqual } from 'node:util';
import { LnPlayError, type ErrorCode } from '../core/errors.js';
import { unlessAborted } from '../core/wait.js';
import { Bitcoind } from '../daemons/bitcoind.js';
import type { ReadyOptions } from '../daemons/daemon.js';
import type { LightningdExecutable } from '../daemons/lightningd.js';
import { withLock, type LockHolder } from '../process/lock.js';
import { createNode } from '../nodes/implementations.js';
import type { LightningNode } from '../nodes/node.js';
import { Background } from './background/background.js';
import { confirm, tipOf } from './chain.js';
import {
  connectNodes,
  fundChannel,
  reconnect,
  reconnectAgain,
  waitForBothEnds,
  type OpenChannel,
  type OpenOptions,
} from './channels.js';
import { channelToClose, closeChannel, type ClosedChannel, type CloseOptions } from './close.js';
import type { NetworkDaemon } from './daemons.js';
import { Faucet } from './faucet.js';
import type { Layout } from './layout.js';
import { assertNotDust } from './limits.js';
import { noSuchDaemon, noSuchNode, type Manifest } from './manifest.js';
import { Miner, type MineOptions } from './miner.js';
import type { PodsRecord } from './pods-record.js';
import { pendingOf, type Pending } from './pending.js';
import type { Edge } from './spec.js';
import { Steps, type StepListener } from './steps.js';
import type { ReorgOptions } from './weather/replace-blocks.js';
import type { Reorg } from './weather/reorg.js';
import { ALL_CONNECTED, isHeldApart } from './weather/links.js';
import { waitForBlock, waitForFunds, waitForSettled } from './waits.js';

/** What whoever works with a network may want to be asked, told, or to stop. */
export interface NetworkContext {
  /** Ends waits and starts early. */
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: StepListener | undefined;
  /** How long each single wait may take, in ms. */
  readonly timeoutMs?: number | undefined;
}

/** What fails with one of these may do so since another command starts bitcoind again. */
const BITCOIND_ENDS: ReadonlySet<ErrorCode> = new Set(['DAEMON', 'CONNECTION']);

/** How long a wait may take in pods, in ms, and how much longer for each node: a step asks all, and only some at once. */
const POD_WAIT_MS = 60_000;
const POD_WAIT_MORE_MS = 1_000;

/** A bitcoind and the lightning nodes around it, and what one does with them once they run. */
export class Network {
  readonly layout: Layout;
  readonly steps: Steps;
  readonly bitcoind: Bitcoind;
  readonly faucet: Faucet;
  readonly miner: Miner;
  /** What goes on between two commands. */
  readonly background: Background;
  readonly #context: NetworkContext;
  readonly #nodes = new Map<string, { readonly node: LightningNode; readonly executable: LightningdExecutable }>();
  #peers: readonly Edge[] = [];
  #pods: PodsRecord | undefined;
  /** The process of bitcoind that has been seen to answer. */
  #readyPid: number | undefined;

  constructor(layout: Layout, manifest: Manifest, context: NetworkContext) {
    this.layout = layout;
    this.#context = context;
    this.steps = new Steps(context.onStep);
    this.bitcoind = new Bitcoind(layout.bitcoinDatadir, manifest.bitcoind);
    this.faucet = new Faucet(this.bitcoind);
    this.miner = new Miner(this.bitcoind, layout, () => this.faucet.address());
    this.background = new Background(layout);
    this.follow(manifest);
  }

  /** Takes in what a manifest has by now: other nodes, and other programs of them. */
  follow(manifest: Manifest): void {
    this.#peers = manifest.peers;
    this.#pods = manifest.pods;
    for (const name of this.#nodes.keys())
      if (!manifest.nodes.some((node) => node.name === name)) this.#nodes.delete(name);
    for (const { name, executable } of manifest.nodes)
      if (!isDeepStrictEqual(this.#nodes.get(name)?.executable, executable))
        this.#nodes.set(name, { node: createNode(name, this.layout.nodeDir(name), executable), executable });
  }

  /** Whether its daemons run somewhere else than on this machine. */
  get isInPods(): boolean {
    return this.#pods !== undefined;
  }

  /** What there is to say of daemons in pods that nothing of this machine stands for. */
  async podProblems(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (!this.#pods || names.length === 0) return new Map();
    return await (await import('./pods.js')).podProblems(this.#pods, names, this.#context);
  }

  /** Where its daemons run, if not on this machine. */
  protected get pods(): PodsRecord | undefined {
    return this.#pods;
  }

  /** @throws {LnPlayError} STATE for daemons in pods: what is done to processes and files of this machine is not theirs */
  assertHere(): void {
    const { on } = this.#pods?.place ?? {};
    if (on !== undefined)
      throw new LnPlayError('STATE', `The daemons of ${this.dir} run on ${on}: this is for daemons of this machine`, {
        hint: `do it with the means of ${on}, or in a playground of this machine`,
      });
  }

  /** As `follow`, where another state is in the folder by now: what is known of the one before is forgotten. */
  protected become(manifest: Manifest): void {
    for (const { node } of this.#nodes.values()) node.disconnect();
    this.#readyPid = undefined;
    this.faucet.forget();
    this.follow(manifest);
  }

  get dir(): string {
    return this.layout.dir;
  }

  /** What every wait gets: its time limit and signal, and the end of bitcoind, which all need. */
  get wait(): ReadyOptions {
    const inPods = this.isInPods ? POD_WAIT_MS + POD_WAIT_MORE_MS * this.#nodes.size : undefined;
    const timeoutMs = this.#context.timeoutMs ?? inPods;
    return {
      signal: this.#context.signal,
      failure: this.bitcoind.daemon.died,
      onHeldUp: (why) => this.steps.begin(why),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    };
  }

  /** How long something may take, in ms: what the user gives each wait, or else `usualMs`. */
  limit(usualMs: number): number {
    return this.#context.timeoutMs ?? usualMs;
  }

  /** All nodes, in the order in which they were asked for. There may be one alone: then the second is undefined. */
  get nodes(): readonly [LightningNode, LightningNode, ...LightningNode[]] {
    return Array.from(this.#nodes.values(), ({ node }) => node) as [LightningNode, LightningNode, ...LightningNode[]];
  }

  /**
   * The node of this name.
   *
   * @throws {LnPlayError} USAGE, naming those there are
   */
  node(name: string): LightningNode {
    const found = this.#nodes.get(name);
    if (found) return found.node;
    throw noSuchNode(this.layout, name, [...this.#nodes.keys()]);
  }

  /** Who is connected to whom, besides those with a channel between them. */
  get peers(): readonly Edge[] {
    return this.#peers;
  }

  /** All that runs when the network is up, in start order; the background where it has something to do. */
  daemons(): readonly NetworkDaemon[] {
    const { bitcoind } = this;
    const chain: NetworkDaemon = {
      daemon: bitcoind.daemon,
      purpose: 'the chain, and the faucet that funds everything',
      needs: [],
      start: (wait) => bitcoind.start(wait),
    };
    const nodes = this.nodes.map((node): NetworkDaemon => ({
      daemon: node.daemon,
      purpose: 'a lightning node',
      needs: [bitcoind.daemon.name],
      start: async (wait) => {
        await node.start();
        await node.waitReady(wait);
      },
      rejoin: async (wait) => {
        await this.steps.run('connect', () => reconnect(this.running, this.peers, wait, node, this.isHeldApart));
      },
    }));
    const { background } = this;
    const resident: NetworkDaemon = {
      daemon: background.daemon,
      purpose: 'what goes on by itself',
      needs: [chain, ...nodes].map(({ daemon }) => daemon.name),
      start: async (wait) => void (await background.start(wait)),
    };
    return background.isWanted ? [chain, ...nodes, resident] : [chain, ...nodes];
  }

  /**
   * The daemon of this name.
   *
   * @throws {LnPlayError} USAGE, naming those there are
   */
  daemon(name: string): NetworkDaemon {
    const daemon = this.daemons().find((each) => each.daemon.name === name);
    if (daemon) return daemon;
    throw noSuchDaemon(
      this.layout,
      name,
      this.daemons().map((each) => each.daemon.name),
    );
  }

  /** Waits for a bitcoind that was just started: before, it answers neither us nor the nodes. */
  async #awaitBitcoind(): Promise<void> {
    const { daemon } = this.bitcoind;
    if (!daemon.attach() || daemon.pid === this.#readyPid) return; // what needs one that does not run says so
    if (daemon.isFrozen && this.background.sections.thaw?.at[daemon.name] === undefined)
      throw new LnPlayError('STATE', 'bitcoind is frozen', { hint: 'let it go on: ln-play thaw bitcoind' });
    await daemon.waitReady(this.wait);
    this.#readyPid = daemon.pid;
  }

  /** Runs a step that ends early when the user stops it, or when bitcoind or a node that it needs dies. */
  async step<T>(name: string, needed: readonly LightningNode[], body: () => Promise<T>): Promise<T> {
    const daemons = [this.bitcoind.daemon, ...needed.map((node) => node.daemon)];
    return await this.steps.run(name, async () => {
      await this.#awaitBitcoind();
      const deaths = daemons.map(({ died }) => died);
      return await unlessAborted(Promise.race([body(), ...deaths]), this.#context.signal);
    });
  }

  /** Mines blocks and waits until every running node has seen them. @returns the height */
  async mine(blocks: number, options?: MineOptions): Promise<number> {
    await this.whileBitcoindStays(() =>
      this.step(`mine ${blocks}`, [], () => this.miner.mine(blocks, this.wait, options)),
    );
    return await this.sync();
  }

  /** Keeps another command from starting bitcoind again meanwhile, and waits for one that does so. */
  protected async whileBitcoindStays<T>(body: () => Promise<T>): Promise<T> {
    let waited = (): void => {};
    const onWait = ({ pid, command }: LockHolder): void =>
      void (waited = this.steps.begin(`waiting for ${command} (process ${pid})`));
    const lock = { what: 'bitcoind', wait: 'wait', onWait, signal: this.#context.signal } as const;
    const underLock = async (): Promise<T> => {
      waited();
      waited = () => {};
      return await body();
    };
    return await withLock(this.layout.locks, 'bitcoind', lock, underLock).finally(() => waited());
  }

  /**
   * Replaces the last blocks by others, and waits until every running node is on the new chain, and each channel whose
   * funding transaction was in them has followed it, or gone.
   *
   * @throws {LnPlayError} INVALID for the first blocks of a playground; USAGE
   */
  async reorg(depth: number, options: ReorgOptions = {}): Promise<Reorg> {
    const { assertReplaceable, replaceBlocks } = await import('./weather/replace-blocks.js');
    const { channelsFundedBy, outcome } = await import('./weather/reorg.js');
    const running = this.running;
    const { transactions } = await this.step('look at the chain', [], () =>
      assertReplaceable(this.bitcoind, depth, options),
    );
    const before = await this.step('look at the channels', running, () => channelsFundedBy(running, transactions));
    const replaced = await this.step(`replace ${depth}`, [], () =>
      this.miner.alone(() => replaceBlocks(this.bitcoind, this.faucet, depth, options), this.wait),
    );
    await this.sync();
    return await this.step('channels', running, async () => {
      // some let go of their peers, and find nobody again at a unix socket
      if (before.length > 0) await this.reconnect();
      return await outcome(this.bitcoind, replaced, before, this.wait);
    });
  }

  /**
   * Mines a block at a time until a transaction has so many confirmations, and waits until every running node has seen
   * the last.
   *
   * @returns how many were mined, and the height
   * @throws {LnPlayError} INVALID for a transaction that bitcoind has not got, or that no block takes
   */
  async mineUntilConfirmed(
    txid: string,
    { confirmations = 1, address }: { readonly confirmations?: number; readonly address?: string | undefined } = {},
  ): Promise<{ readonly blocks: number; readonly blockheight: number }> {
    const blocks = await this.step(`confirm ${txid}`, [], () =>
      confirm(this.bitcoind, txid, confirmations, () => this.miner.mine(1, this.wait, { address }), this.wait),
    );
    return { blocks, blockheight: await this.sync() };
  }

  /**
   * Waits until every running node has bitcoind's last block, also where another command starts bitcoind again meanwhile.
   *
   * @returns its height
   */
  async sync(): Promise<number> {
    for (;;) {
      const { pid } = this.bitcoind.daemon;
      try {
        return await this.#syncOnce();
      } catch (error) {
        if (!(error instanceof LnPlayError) || !BITCOIND_ENDS.has(error.code)) throw error;
        await this.whileBitcoindStays(() => Promise.resolve());
        if (!this.bitcoind.daemon.attach() || this.bitcoind.daemon.pid === pid) throw error;
      }
    }
  }

  async #syncOnce(): Promise<number> {
    await this.#awaitBitcoind();
    const tip = await unlessAborted(tipOf(this.bitcoind), this.#context.signal);
    await this.steps.run(`block ${tip.height}`, async () => {
      await Promise.all(this.running.map((node) => waitForBlock(node, this.bitcoind, tip, this.wait)));
    });
    return tip.height;
  }

  /** Sends bitcoin to a node's wallet, in a block. @returns the txid */
  async fund(node: LightningNode, amountSat: bigint): Promise<string> {
    assertNotDust(amountSat);
    return await this.step(`fund ${node.name}`, [node], async () => {
      const address = await node.newAddress();
      const txid = await this.faucet.send(address, amountSat);
      await this.miner.mine(1, this.wait);
      await waitForFunds(node, this.bitcoind, txid, await tipOf(this.bitcoind), this.wait);
      return txid;
    });
  }

  async connect(from: LightningNode, to: LightningNode): Promise<void> {
    await this.step(`connect ${from.name} to ${to.name}`, [from, to], () => connectNodes(from, to));
  }

  /** Opens a channel, mines its block and waits until both ends carry payments. */
  async openChannel(from: LightningNode, to: LightningNode, options: OpenOptions): Promise<OpenChannel> {
    const funded = await this.step('fundchannel', [from, to], () =>
      fundChannel(this.bitcoind, from, to, options, this.wait),
    );
    return await this.step('channel normal', [from, to], async () => {
      await this.miner.mine(1, this.wait);
      return await waitForBothEnds(from, to, funded, this.wait);
    });
  }

  /**
   * Closes the channel between two nodes, mines the closing transaction and waits until both have seen it.
   *
   * @throws {LnPlayError} INVALID if there is none, or several and none is named
   */
  async closeChannel(
    from: LightningNode,
    to: LightningNode,
    { channel: named, force = false }: CloseOptions = {},
  ): Promise<ClosedChannel> {
    // who closes by force may do so since the other end is down
    const needed = force ? [from] : [from, to];
    const channel = await this.step('look for a channel', needed, () => channelToClose(from, to, named));
    const closed = await this.step('close', needed, () => closeChannel(this.bitcoind, from, channel, force, this.wait));
    await this.mine(1);
    return closed;
  }

  /**
   * Waits until every running node has bitcoind's height, and no channel is in a state that leads to another by itself:
   * none that awaits a block, somebody's hand or a peer that is away; `pending` tells of those.
   *
   * @returns the height
   */
  async settle(): Promise<number> {
    const height = await this.sync();
    const running = this.running;
    await this.step('channels', running, async () => {
      await Promise.all(running.map((node) => waitForSettled(node, this.bitcoind, this.wait)));
    });
    return height;
  }

  /** What has to be done for channels to go on, which `settle` does not wait for. */
  async pending(): Promise<Pending[]> {
    const running = this.running;
    return await this.step('what is pending', running, () => pendingOf(running, this.bitcoind));
  }

  /** Whether a partition or a link keeps two nodes, by their names, from being connected directly. */
  readonly isHeldApart = (a: string, b: string): boolean =>
    isHeldApart(this.background.sections.links ?? ALL_CONNECTED, a, b);

  /** Connects again what belongs together. */
  protected async reconnect(): Promise<void> {
    await reconnectAgain(this.running, this.peers, this.wait, this.isHeldApart);
  }

  /** Lets go of its daemons, which run on: of connections to them, and of watching for their end. */
  close(): void {
    this.bitcoind.close();
    for (const node of this.nodes) node.disconnect();
    for (const { daemon } of this.daemons()) daemon.letGo();
  }

  /** Those that run now. */
  get running(): readonly LightningNode[] {
    return this.nodes.filter(({ daemon }) => daemon.attach() && !daemon.isFrozen);
  }
}
