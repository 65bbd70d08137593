import { rmdir } from 'node:fs/promises';
import { LnPlayError } from '../core/errors.js';
import { removeTree } from '../core/files.js';
import { removeLocks } from '../process/lock.js';
import type { AnyNode } from '../nodes/implementations.js';
import { Traffic, type TrafficOptions } from '../traffic/traffic.js';
import { listProcesses } from '../process/table.js';
import type { NetworkPlan } from './apply/plan-network.js';
import { isUnfinished } from '../snapshots/unfinished.js';
import { trafficSections } from './background/traffic.js';
import { watchSections } from './background/watch.js';
import { chainSections } from './background/weather.js';
import type { Balanced } from './balance.js';
import { placeImageOfLike, placeSnapshot, startKeepingImage } from './beginnings.js';
import { boot, type UpReport as BootReport } from './boot.js';
import type { OpenChannel } from './channels.js';
import { stopDaemons } from './daemons.js';
import { Ephemeral } from './ephemeral.js';
import { exclusively, STOPPING, type Lock, type Waiter } from './exclusively.js';
import { layoutOf, playgroundDir, type Layout } from './layout.js';
import { noPlayground, readManifest, type Manifest } from './manifest.js';
import type { NetworkContext } from './network.js';
import { withNetworkRead, type NodeName, type PlaygroundOptions, type StartOptions } from './playground-options.js';
import type { NetworkSpec } from './spec.js';
import type { UpOptions } from './up-options.js';
import { WeatherNetwork } from './weather/weather-network.js';
import { statusOf, type PlaygroundStatus } from './status.js';
import { fundAndChannel, payDemo, type FundAndChannelOptions, type PayDemoOptions } from './talk.js';
import { Snapshots } from './snapshots/snapshots.js';

export type UpReport<Name extends string = string> = BootReport<Playground<Name>>;

export interface OpenWebOptions {
  /** A TCP port of 127.0.0.1; by default the one that it had before, or a free one. */
  readonly port?: number | undefined;
  /** Whether it refuses all that changes something; by default as it is, or else false. */
  readonly isReadOnly?: boolean | undefined;
}

export interface OpenedWeb {
  /** With a token that is good for one visit. */
  readonly url: string;
  readonly port: number;
  readonly isReadOnly: boolean;
}

/** What a payment came to, with all that the nodes say of it. */
export interface PaidDemo {
  readonly bolt11: string;
  readonly payment: Awaited<ReturnType<AnyNode['pay']>>;
  readonly invoice: NonNullable<Awaited<ReturnType<AnyNode['invoiceByHash']>>>;
}

export interface PlaygroundContext extends NetworkContext, Waiter {
  /** Told of each playground that is taken hold of, for who lives on and is to let go of them. */
  readonly onOpen?: ((playground: { readonly close: () => void }) => void) | undefined;
}

/**
 * A bitcoind on regtest and lightning nodes around it, in one folder.
 *
 * @example
 * await using playground = await Playground.start();
 * const [l1, l2] = playground.nodes;
 * await playground.fundAndChannel({ from: l2, to: l1 });
 * await playground.payDemo({ from: l2, to: l1 });
 *
 * @typeParam Name the names of its nodes, where they stand in the code
 */
export class Playground<Name extends string = string> extends WeatherNetwork implements AsyncDisposable {
  readonly #context: PlaygroundContext;
  /** Copies of all that it is, at a moment. */
  readonly snapshots: Snapshots;
  #ephemeral: Ephemeral | undefined;

  private constructor(layout: Layout, manifest: Manifest, context: PlaygroundContext) {
    super(layout, manifest, context);
    this.#context = context;
    context.onOpen?.(this);
    this.snapshots = new Snapshots({
      network: this,
      signal: context.signal,
      exclusively: (body) => this.exclusively(body),
      become: (other) => this.become(other),
      up: () => this.#boot(),
      isTemporary: () => this.#ephemeral !== undefined,
    });
  }

  /**
   * The playground in a folder, as it stands: nothing is started.
   *
   * @throws {LnPlayError} STATE if there is none
   */
  static async open(dir?: string, context: PlaygroundContext = {}): Promise<Playground> {
    const layout = layoutOf(playgroundDir(dir));
    if (await isUnfinished(layout.unfinished)) await exclusively(layout, context, async () => {});
    const manifest = await readManifest(layout);
    if (!manifest) throw noPlayground(layout);
    const playground = new Playground(layout, manifest, context);
    await playground.bitcoind.load();
    const table = listProcesses();
    await playground.background.load(table);
    for (const { daemon } of playground.daemons()) daemon.attach(table);
    return playground;
  }

  /**
   * Makes the playground in a folder, or starts it again with all its channels, or repairs it: afterwards everything
   * runs, is connected, and answers. If it fails, what it started is stopped again.
   *
   * @throws {LnPlayError} MISSING_BINARY, DAEMON, FILESYSTEM, LOCKED, TIMEOUT, ABORTED, USAGE
   */
  static async up<const Name extends string = string>(
    options: PlaygroundOptions<Name> = {},
    context: PlaygroundContext = {},
  ): Promise<UpReport<Name>> {
    const read = await withNetworkRead(options);
    const layout = layoutOf(playgroundDir(options.dir));
    return await Playground.#up(layout, read, context, () => placeImageOfLike(layout, read, context));
  }

  /** @param place puts an image of its like into a folder that has no playground, if there is one */
  static async #up<Name extends string>(
    layout: Layout,
    read: UpOptions,
    context: PlaygroundContext,
    place: () => Promise<boolean>,
  ): Promise<UpReport<Name>> {
    const make = (manifest: Manifest): Playground<Name> => new Playground<Name>(layout, manifest, context);
    return await exclusively(layout, context, async () => {
      const leftOut = await placeSnapshot(layout, read, context);
      if (leftOut === undefined && (await place()))
        return { ...(await boot(layout, {}, context, make)), created: true };
      const booted = await boot(layout, read, context, make);
      const report = leftOut === undefined ? booted : { ...booted, created: true, leftOut };
      return read.network ? await report.playground.#bringTo(read.network, report, read.prune) : report;
    });
  }

  /**
   * What `up` would do with these options, and what it would leave or, with `prune`, take away. Nothing is started and
   * nothing is changed: of nodes that do not run, it is not known what channels they have.
   */
  static async plan(given: PlaygroundOptions & { readonly network: string | object }): Promise<NetworkPlan> {
    const layout = layoutOf(playgroundDir(given.dir));
    const options = (await withNetworkRead(given)) as UpOptions & { network: NetworkSpec };
    const { planNetwork } = await import('./apply/plan-network.js');
    return await planNetwork(layout, options, (manifest) => new Playground(layout, manifest, {}));
  }

  /** The network as it is now, all nodes running: `up` with it elsewhere makes the same. */
  async spec(): Promise<NetworkSpec> {
    const { currentSpec } = await import('./apply/current-spec.js');
    return await currentSpec(this);
  }

  async #bringTo(spec: NetworkSpec, report: UpReport<Name>, isPruned = false): Promise<UpReport<Name>> {
    const { applyChannels } = await import('./apply/apply.js');
    const { changes, losses } = await applyChannels(this, spec, report.losses, isPruned);
    const watch = this.pods ? {} : watchSections(spec.nodes);
    const sections = { ...chainSections(spec.chain), ...trafficSections(spec.traffic), ...watch };
    await this.background.setFromFile(sections, this.wait);
    return { ...report, changes: [...report.changes, ...changes], losses: [...report.losses, ...losses] };
  }

  /**
   * Makes a second playground of this one as it stands, in a folder that has none, and starts it: with the same nodes and
   * channels, ids and keys, and ports of its own. The two know nothing of each other.
   *
   * @throws {LnPlayError} STATE for a folder that has a playground; USAGE; FILESYSTEM; as `up`
   */
  async clone(dir: string): Promise<Playground<Name>> {
    this.assertHere();
    const { assertPlaceFor, copyNetwork } = await import('./snapshots/carry.js');
    const layout = layoutOf(playgroundDir(dir));
    const context = this.#context;
    await assertPlaceFor(this, layout);
    return await exclusively(layout, context, async () => {
      await assertPlaceFor(this, layout);
      await this.steps.run('copy', () => copyNetwork(this, layout, (body) => this.exclusively(body), context.signal));
      return (await boot(layout, {}, context, (manifest) => new Playground<Name>(layout, manifest, context)))
        .playground;
    });
  }

  /**
   * A playground in a temporary folder; `dispose`, or the end of our process however it comes, removes all of it. The first
   * of its like leaves an image in ln-play's cache, from which the others start.
   */
  static async start<const Name extends string = string>(
    options: StartOptions<Name> = {},
    context: PlaygroundContext = {},
  ): Promise<Playground<Name>> {
    const ephemeral = await Ephemeral.create();
    try {
      const read = await withNetworkRead(options);
      const layout = layoutOf(ephemeral.dir);
      const start = async (place: () => Promise<boolean>): Promise<Playground<Name>> =>
        (await Playground.#up<Name>(layout, read, context, place)).playground;
      const playground = read.cold
        ? await start(async () => false)
        : await startKeepingImage(layout, read, context, start);
      playground.#ephemeral = ephemeral;
      return playground;
    } catch (error) {
      await ephemeral.dispose();
      throw error;
    }
  }

  /**
   * Saves all that it is, to be gone back to with `revert`.
   *
   * @returns what `revert` takes: the name of a snapshot
   */
  async snapshot(): Promise<string> {
    return (await this.snapshots.save()).name;
  }

  /**
   * Puts all of it back as it was at a `snapshot`, any number of times; it runs again afterwards.
   *
   * @throws {LnPlayError} USAGE if there is no such snapshot
   */
  async revert(snapshot: string): Promise<void> {
    await this.snapshots.restore(snapshot);
  }

  /** The talk's main job: see `fundAndChannel` of talk.ts. */
  async fundAndChannel(options: FundAndChannelOptions): Promise<OpenChannel> {
    return await fundAndChannel(this, options);
  }

  /** One node makes an invoice, the other pays it: see `payDemo` of talk.ts. */
  async payDemo(options: PayDemoOptions): Promise<PaidDemo> {
    return (await payDemo(this, options)) as PaidDemo; // all nodes of a playground are such
  }

  /** All nodes, with what each has beyond what a network asks of it: `rpc`. */
  override get nodes(): readonly [AnyNode, AnyNode, ...AnyNode[]] {
    return super.nodes as [AnyNode, AnyNode, ...AnyNode[]]; // as `createNode` made them
  }

  override node(name: NodeName<Name>): AnyNode {
    return super.node(name) as AnyNode;
  }

  /**
   * Takes in what other commands have changed since: nodes, the port of bitcoind, what goes on in the background.
   *
   * @throws {LnPlayError} STATE where the playground has gone
   */
  async refresh(): Promise<void> {
    const manifest = await readManifest(this.layout);
    if (!manifest) throw noPlayground(this.layout);
    await this.#takeIn(manifest);
  }

  async #takeIn(manifest: Manifest): Promise<void> {
    this.follow(manifest);
    await this.bitcoind.load();
    await this.background.load();
  }

  /** Payments between its nodes, over and over: see `Traffic` of src/traffic/traffic.ts. */
  traffic(options: TrafficOptions = {}): Traffic {
    return new Traffic(this.nodes, { signal: this.#context.signal, ...options });
  }

  /**
   * Evens the channels between two nodes by payments.
   *
   * @param share what the first is to have of them, from 0 to 1
   * @throws {LnPlayError} STATE if there is no channel between them that carries payments
   */
  async balance(from: NodeName<Name>, to: NodeName<Name>, share = 0.5): Promise<Balanced> {
    const { balance } = await import('./balance.js');
    const [a, b] = [this.node(from), this.node(to)];
    return await this.step('balance', [a, b], () => balance(a, b, share, this.wait));
  }

  /** As `balance`, of all nodes with channels between them. @throws {LnPlayError} STATE if there are none */
  async balanceAll(share = 0.5): Promise<readonly Balanced[]> {
    const { balanceAll } = await import('./balance.js');
    return await this.step('balance', this.running, () => balanceAll(this.nodes, share, this.wait));
  }

  async status(): Promise<PlaygroundStatus> {
    return await statusOf(this);
  }

  /**
   * Stops a node or bitcoind and starts it again, with what its config says now.
   *
   * @throws {LnPlayError} STATE for a node without bitcoind; DAEMON when it does not come back, with its last log lines
   */
  async restart(name: string): Promise<void> {
    await this.exclusively(async () => {
      const { daemon, needs, start, rejoin } = this.daemon(name);
      for (const needed of needs)
        if (!this.daemon(needed).daemon.attach())
          throw new LnPlayError('STATE', `${needed} is not running, and ${name} needs it`, {
            hint: 'start all that is down: ln-play up',
          });
      const restart = async (): Promise<void> => {
        await this.steps.run(`stop ${name}`, () => daemon.stop());
        await this.steps.run(`start ${name}`, () => start(this.wait));
        await rejoin?.(this.wait);
      };
      // whoever mines gets to the end of it, unless it is frozen
      await (daemon === this.bitcoind.daemon && !daemon.isFrozen ? this.whileBitcoindStays(restart) : restart());
    });
  }

  /**
   * Shows the network in a browser, until `closeWeb` or `down`; where that goes on already, by the same server.
   *
   * @returns where; the URL is good for one visit
   * @throws {LnPlayError} STATE where the playground does not run, or the port is another's
   */
  async openWeb({ port, isReadOnly }: OpenWebOptions = {}): Promise<OpenedWeb> {
    await this.exclusively(async () => {
      if (!this.bitcoind.daemon.attach())
        throw new LnPlayError('STATE', `bitcoind of ${this.dir} does not run`, { hint: 'start it: ln-play up' });
      const before = this.background.sections.web;
      const web = { port: port ?? before?.port, isReadOnly: isReadOnly ?? before?.isReadOnly ?? false };
      try {
        await this.background.change((byHand) => ({ ...byHand, web }), this.wait);
      } catch (error) {
        await this.background.change(({ web: _web, ...byHand }) => ({ ...byHand, ...(before && { web: before }) }));
        if (port === undefined || !(error instanceof LnPlayError) || error.code !== 'STATE') throw error;
        const hint = 'choose another --port, or leave it out for a free one';
        throw new LnPlayError('STATE', error.message, { hint, cause: error });
      }
    });
    return (await this.background.ask('web', 'visit')) as OpenedWeb;
  }

  /** @returns whether it was open */
  async closeWeb(): Promise<boolean> {
    return await this.exclusively(async () => {
      const was = this.background.sections.web !== undefined;
      if (was) await this.background.change((byHand) => ({ ...byHand, web: null }), this.wait);
      return was;
    });
  }

  /** Stops everything, the nodes first and all at once; nothing is removed. @returns the names of what ran */
  async down(): Promise<string[]> {
    return await this.exclusively(() => this.#stop(), STOPPING);
  }

  /** Stops everything and removes the playground's files, and its folder where nothing else is in it. */
  async destroy(): Promise<void> {
    await this.exclusively(() => this.#destroy(), STOPPING);
    await this.#removeFolder();
  }

  /** Stops everything, also where the user has stopped all else; a temporary playground is removed too. */
  async dispose(): Promise<void> {
    const isThere = await readManifest(this.layout);
    const stop = (): Promise<string[]> => (this.#ephemeral ? this.#destroy() : this.#stop());
    if (isThere) await this.exclusively(stop, STOPPING, {});
    await this.#ephemeral?.dispose();
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /** Under the lock, with the nodes and the port of bitcoind that there are by then. */
  protected override async exclusively<T>(
    body: () => Promise<T>,
    lock: Lock = {},
    context = this.#context,
  ): Promise<T> {
    const underLock = async (): Promise<T> => {
      const manifest = await readManifest(this.layout);
      if (!manifest) {
        await removeLocks(this.layout.locks);
        await this.#removeFolder();
        throw noPlayground(this.layout);
      }
      await this.#takeIn(manifest);
      return await body();
    };
    return await exclusively(this.layout, context, underLock, lock);
  }

  protected override async startAgain(): Promise<void> {
    await this.#boot();
    await this.refresh();
  }

  async #boot(): Promise<void> {
    const { layout } = this;
    const context = this.#context;
    await boot(layout, {}, context, (manifest) => new Playground(layout, manifest, context));
  }

  async #stop(): Promise<string[]> {
    const stopped = await stopDaemons(this.daemons(), this.steps);
    if (this.pods) await (await import('./pods.js')).stopPods(this.pods, this.#context);
    await this.background.forgetByHand();
    return stopped;
  }

  async #destroy(): Promise<string[]> {
    const stopped = await this.#stop();
    if (this.pods) await (await import('./pods.js')).removePods(this.pods);
    const { manifest, unborn, locks, pods, keeperFolder, keeperLog, bitcoinDatadir, snapshots, unfinished, nodeDir } =
      this.layout;
    const folders = this.nodes.map(({ name }) => nodeDir(name));
    const others = [bitcoinDatadir, pods, keeperFolder, keeperLog, manifest, unborn, snapshots, unfinished];
    for (const path of [...folders, ...others]) await removeTree(path);
    await this.background.remove();
    await removeLocks(locks); // at last: from here on the playground is whoever's is the first to make another
    return stopped;
  }

  async #removeFolder(): Promise<void> {
    await rmdir(this.dir).catch(() => {}); // something of the user's own is in it: that stays
  }
}
