import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LnPlayError } from '../core/errors.js';
import { fileError } from '../core/files.js';
import type { WaitOptions } from '../core/wait.js';
import { Bitcoind } from '../daemons/bitcoind.js';
import type { Daemon } from '../daemons/daemon.js';
import { withLock } from '../process/lock.js';
import { listProcesses } from '../process/table.js';
import { boot, type UpOptions, type UpReport } from './boot.js';
import {
  channelBetween,
  connectNodes,
  fundChannel,
  waitForBothEnds,
  type OpenChannel,
  type OpenOptions,
} from './channels.js';
import { Ephemeral } from './ephemeral.js';
import { Faucet } from './faucet.js';
import { layoutOf, playgroundDir, type Layout } from './layout.js';
import { readManifest, type Manifest } from './manifest.js';
import { LightningNode } from './node.js';
import { statusOf, type PlaygroundStatus } from './status.js';
import { Steps, type StepListener } from './steps.js';
import { fundAndChannel, payDemo, type FundAndChannelOptions, type PayDemoOptions } from './talk.js';

export interface PlaygroundContext {
  /** Ends waits and starts early. */
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: StepListener | undefined;
  /** How long each single wait may take, in ms. */
  readonly timeoutMs?: number | undefined;
  /** Called when another command holds the playground, and this one waits for it. */
  readonly onBusy?: ((what: string) => void) | undefined;
}

/**
 * A bitcoind on regtest and lightning nodes around it, in one folder.
 *
 * @example
 * await using playground = await Playground.start();
 * const [l1, l2] = playground.nodes;
 * await playground.fundAndChannel({ from: l2, to: l1 });
 * await playground.payDemo({ from: l2, to: l1 });
 */
export class Playground implements AsyncDisposable {
  readonly layout: Layout;
  readonly steps: Steps;
  readonly bitcoind: Bitcoind;
  readonly faucet: Faucet;
  readonly #context: PlaygroundContext;
  readonly #nodes = new Map<string, LightningNode>();
  #ephemeral: Ephemeral | undefined;

  private constructor(layout: Layout, manifest: Manifest, context: PlaygroundContext) {
    this.layout = layout;
    this.#context = context;
    this.steps = new Steps(context.onStep);
    this.bitcoind = new Bitcoind(layout.bitcoinDatadir, manifest.bitcoind);
    this.faucet = new Faucet(this.bitcoind);
    for (const { name, executable } of manifest.nodes)
      this.#nodes.set(name, new LightningNode(name, layout.lightningDir(name), executable));
  }

  /**
   * The playground in a folder, as it stands: nothing is started.
   *
   * @throws {LnPlayError} STATE where there is none
   */
  static async open(dir?: string, context: PlaygroundContext = {}): Promise<Playground> {
    const layout = layoutOf(playgroundDir(dir));
    const manifest = await readManifest(layout);
    if (!manifest)
      throw new LnPlayError('STATE', `There is no playground in ${layout.dir}`, {
        hint: 'make one with `ln-play up`, or name its folder with --dir or LN_PLAY_DIR',
      });
    const playground = new Playground(layout, manifest, context);
    await playground.bitcoind.load();
    const table = listProcesses();
    for (const { daemon } of [playground.bitcoind, ...playground.nodes.map(({ lightningd }) => lightningd)])
      daemon.attach(table);
    return playground;
  }

  /**
   * Makes the playground in a folder, or starts it again with all its channels, or repairs it: afterwards everything
   * runs, is connected, and answers. Where it fails, what it started is stopped again.
   *
   * @throws {LnPlayError} MISSING_BINARY, DAEMON, FILESYSTEM, LOCKED, TIMEOUT, ABORTED, USAGE
   */
  static async up(options: UpOptions = {}, context: PlaygroundContext = {}): Promise<UpReport> {
    const layout = layoutOf(playgroundDir(options.dir));
    return await exclusively(layout, context, () =>
      boot(layout, options, context, (manifest) => new Playground(layout, manifest, context)),
    );
  }

  /** A playground in a temporary folder; `dispose`, or the end of our process however it comes, removes all of it. */
  static async start(options: Omit<UpOptions, 'dir'> = {}, context: PlaygroundContext = {}): Promise<Playground> {
    const ephemeral = await Ephemeral.create();
    try {
      const { playground } = await Playground.up({ ...options, dir: ephemeral.dir }, context);
      playground.#ephemeral = ephemeral;
      return playground;
    } catch (error) {
      await ephemeral.dispose();
      throw error;
    }
  }

  get dir(): string {
    return this.layout.dir;
  }

  /** All nodes, l1 first; there are always two at least. */
  get nodes(): readonly [LightningNode, LightningNode, ...LightningNode[]] {
    return [...this.#nodes.values()] as [LightningNode, LightningNode, ...LightningNode[]];
  }

  /** What every wait of this playground gets: its time limit and signal. */
  get wait(): WaitOptions {
    const { signal, timeoutMs } = this.#context;
    return { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  }

  /**
   * The node of this name.
   *
   * @throws {LnPlayError} USAGE, naming those there are
   */
  node(name: string): LightningNode {
    const node = this.#nodes.get(name);
    if (node) return node;
    const names = [...this.#nodes.keys()].join(', ');
    throw new LnPlayError('USAGE', `There is no node ${JSON.stringify(name)} in ${this.dir}`, {
      hint: `its nodes are ${names}`,
    });
  }

  /** Mines blocks and waits until every running node has seen them. @returns the height */
  async mine(blocks: number): Promise<number> {
    await this.steps.run(`mine ${blocks}`, () => this.bitcoind.daemon.guard(() => this.faucet.mine(blocks)));
    return await this.sync();
  }

  /** Waits until every running node has bitcoind's height. @returns the height */
  async sync(): Promise<number> {
    const { blocks } = await this.bitcoind.daemon.guard(() =>
      this.bitcoind.rpc.call<{ blocks: number }>('getblockchaininfo'),
    );
    await this.steps.run(`block ${blocks}`, async () => {
      const running = this.nodes.filter((node) => node.lightningd.daemon.attach());
      await Promise.all(running.map((node) => node.waitForHeight(blocks, this.wait)));
    });
    return blocks;
  }

  /** Sends bitcoin to a node's wallet, in a block. @returns the txid */
  async fund(node: LightningNode, amountSat: bigint): Promise<string> {
    return await this.steps.run(`fund ${node.name}`, async () => {
      const address = await node.lightningd.daemon.guard(() => node.newAddress());
      const txid = await this.faucet.send(address, amountSat);
      await this.faucet.mine(1);
      await node.waitForFunds(txid, this.wait);
      return txid;
    });
  }

  async connect(from: LightningNode, to: LightningNode): Promise<void> {
    await this.steps.run(`connect ${from.name} to ${to.name}`, () => connectNodes(from, to));
  }

  /** Opens a channel, mines its block and waits until both ends carry payments. */
  async openChannel(from: LightningNode, to: LightningNode, options: OpenOptions): Promise<OpenChannel> {
    const funded = await this.steps.run('fundchannel', () => fundChannel(this.bitcoind, from, to, options, this.wait));
    return await this.steps.run('channel normal', async () => {
      await this.faucet.mine(1);
      return await waitForBothEnds(from, to, funded, this.wait);
    });
  }

  /**
   * Closes the channel between two nodes, mines the closing transaction and waits until both have seen it.
   *
   * @throws {LnPlayError} INVALID where there is none
   */
  async closeChannel(
    from: LightningNode,
    to: LightningNode,
  ): Promise<{ type: string; txid: string | undefined; short_channel_id: string }> {
    const channel = await channelBetween(from, to);
    if (!channel?.short_channel_id)
      throw new LnPlayError('INVALID', `There is no open channel between ${from.name} and ${to.name}`, {
        hint: 'see the channels with `ln-play status`',
      });
    const id = channel.short_channel_id;
    const closed = await this.steps.run('close', () =>
      from.lightningd.daemon.guard(() => from.rpc.call('close', { id })),
    );
    await this.mine(1);
    return { type: closed.type, txid: closed.txids?.at(-1) ?? closed.txid, short_channel_id: id };
  }

  /** The talk's main job: see `fundAndChannel` of talk.ts. */
  async fundAndChannel(options: FundAndChannelOptions): Promise<OpenChannel> {
    return await fundAndChannel(this, options);
  }

  async payDemo(options: PayDemoOptions): ReturnType<typeof payDemo> {
    return await payDemo(this, options);
  }

  async status(): Promise<PlaygroundStatus> {
    return await statusOf(this);
  }

  /**
   * Waits until every running node has bitcoind's height, and no channel is in a state that leads to another by itself.
   *
   * @returns the height
   */
  async settle(): Promise<number> {
    const height = await this.sync();
    const running = this.nodes.filter((node) => node.lightningd.daemon.attach());
    await this.steps.run('channels', async () => {
      await Promise.all(running.map((node) => node.waitForSettledChannels(this.wait)));
    });
    return height;
  }

  /**
   * Stops a node or bitcoind and starts it again, with what its config says now.
   *
   * @throws {LnPlayError} DAEMON when it does not come back, with its last log lines
   */
  async restart(name: string): Promise<void> {
    const { daemon, start } = this.#startable(name);
    await this.#exclusively(async () => {
      await this.steps.run(`stop ${name}`, () => daemon.stop());
      await this.steps.run(`start ${name}`, start);
    });
  }

  /** Stops everything, the nodes first and all at once; nothing is removed. @returns the names of what ran */
  async down(): Promise<string[]> {
    return await this.#exclusively(() => this.#stopAll());
  }

  /** Stops everything and removes the playground's files, and its folder where nothing else is in it. */
  async destroy(): Promise<void> {
    await this.#exclusively(async () => {
      await this.#stopAll();
      const { manifest, bitcoinDatadir, lightningDir } = this.layout;
      const folders = [...this.#nodes.keys()].map((name) => lightningDir(name));
      for (const path of [...folders, bitcoinDatadir, manifest, lockFolder(this.layout)]) await remove(path);
    });
    await rmdir(this.dir).catch(() => {}); // something of the user's own is in it: that stays
  }

  /** Stops everything; a temporary playground is removed too. */
  async dispose(): Promise<void> {
    if (this.#ephemeral) await this.destroy();
    else await this.down();
    await this.#ephemeral?.dispose();
    this.bitcoind.close();
    for (const { rpc } of this.nodes) rpc.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  #startable(name: string): { readonly daemon: Daemon; readonly start: () => Promise<void> } {
    if (name === this.bitcoind.daemon.name)
      return { daemon: this.bitcoind.daemon, start: () => this.bitcoind.start(this.wait) };
    const { lightningd } = this.node(name);
    const start = async (): Promise<void> => {
      await lightningd.start();
      await lightningd.waitReady(this.wait);
    };
    return { daemon: lightningd.daemon, start };
  }

  async #exclusively<T>(body: () => Promise<T>): Promise<T> {
    return await exclusively(this.layout, this.#context, body);
  }

  async #stopAll(): Promise<string[]> {
    const table = listProcesses();
    const running = this.nodes.filter(({ lightningd }) => lightningd.daemon.attach(table));
    const bitcoindRuns = this.bitcoind.daemon.attach(table);
    await Promise.all(
      running.map(({ name, lightningd }) => this.steps.run(`stop ${name}`, () => lightningd.daemon.stop())),
    );
    if (bitcoindRuns) await this.steps.run('stop bitcoind', () => this.bitcoind.daemon.stop());
    return [...running.map(({ name }) => name), ...(bitcoindRuns ? ['bitcoind'] : [])];
  }
}

const lockFolder = ({ dir }: Layout): string => join(dir, '.lock');

async function exclusively<T>(
  layout: Layout,
  { signal, onBusy }: PlaygroundContext,
  body: () => Promise<T>,
): Promise<T> {
  const what = `the playground in ${layout.dir}`;
  const onWait = ({ pid, command }: { pid: number; command: string }): void =>
    onBusy?.(`waiting for ${command} (process ${pid})`);
  return await withLock(lockFolder(layout), 'playground', { what, wait: 'wait', onWait, signal }, body);
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (cause) {
    throw fileError('remove', path, cause);
  }
}
