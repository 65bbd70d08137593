import { join } from 'node:path';
import type * as ldk from '#ldk';
import { messageOf } from '../../core/errors.js';
import { waitFor } from '../../core/wait.js';
import { BitcoindRpc } from '../../rpc/bitcoind.js';
import type { JsonObject } from '../../rpc/json-rpc.js';
import { bitcoindAddress } from '../chain/address.js';
import { BlockSource, type Block, type BlockId } from '../chain/blocks.js';
import { Broadcaster } from '../chain/broadcaster.js';
import { ChainFollower, GoneBackwardsError, synchronize } from '../chain/follower.js';
import { parseTransaction } from '../chain/transaction.js';
import { Wallet } from '../chain/wallet.js';
import type { Context, Log, RunningNode } from '../context.js';
import { nodeMethods } from '../methods/node-methods.js';
import { Store } from '../store/store.js';
import { bindingOf, parseAddress, type PeerAddress } from './addresses.js';
import { Announcer } from './announcer.js';
import { Channels } from './channels.js';
import { CoinMovements } from './coin-movements.js';
import { Closings } from './closings.js';
import { Engine } from './engine.js';
import { Acceptance, handleEvent } from './events.js';
import { Forwards } from './forwards.js';
import { Funding } from './funding.js';
import { aliasOf, colorOf, featuresOf } from './identity.js';
import { Invoices } from './invoices.js';
import { deriveKeys, loadHsmSecret, type NodeKeys } from './keys.js';
import { Payments } from './payments.js';
import { Peers, type Peer } from './peers.js';
import { Receiving } from './receiving.js';
import { Reconnector } from './reconnector.js';
import { Sweeper } from './sweeper.js';
import { Waiters } from './waiters.js';
import { startLdk } from './start-ldk.js';

const STATE_FILE = 'ldk-state';
const CLOSE_SCRIPT = 'wallet/close-script';

/** The Lightning node: LDK, the chain, the wallet, and what is remembered of channels, invoices and payments. */
export class Node {
  readonly ctx: Context;
  readonly log: Log;
  readonly id: string;
  readonly keys: NodeKeys;
  readonly store: Store;
  readonly rpc: BitcoindRpc;
  readonly source: BlockSource;
  readonly wallet: Wallet;
  readonly broadcaster: Broadcaster;
  readonly peers: Peers;
  readonly channels: Channels;
  readonly funding: Funding;
  readonly acceptance: Acceptance;
  readonly closings: Closings;
  readonly invoices: Invoices;
  readonly payments: Payments;
  readonly receiving: Receiving;
  readonly forwards: Forwards;
  readonly coinMovements: CoinMovements;
  readonly sweeper: Sweeper;
  readonly announcer: Announcer;
  readonly reconnector: Reconnector;
  readonly bindings: PeerAddress[] = [];
  /** Woken with each commit. */
  readonly changes = new Waiters();
  #engine: Engine | undefined;
  #follower: ChainFollower | undefined;
  #walletScript: Uint8Array = new Uint8Array();
  #sent = new Map<string, Promise<string | undefined>>();
  #synced = false;
  #stopping = false;

  constructor(ctx: Context) {
    this.ctx = ctx;
    this.log = ctx.log.child('lightningd');
    this.keys = deriveKeys(loadHsmSecret(join(ctx.options.networkDir, 'hsm_secret')));
    this.id = this.keys.nodeId.toString('hex');
    this.store = Store.open(join(ctx.options.networkDir, STATE_FILE));
    this.rpc = new BitcoindRpc(bitcoindAddress(ctx.options));
    this.source = new BlockSource(this.rpc);
    this.wallet = new Wallet(this.rpc, this.id, this.keys.walletKey, this.store);
    this.broadcaster = new Broadcaster(this.rpc, this.store, ctx.log.child('plugin-bcli'));
    this.peers = new Peers(ctx.log.child('connectd'), {
      connected: (peer) => void this.#peerConnected(peer),
      disconnected: (peer) => this.#peerDisconnected(peer),
      received: (id, message) => void this.#customMessage(id, message),
    });
    this.channels = new Channels(this);
    this.funding = new Funding(this);
    this.acceptance = new Acceptance(this);
    this.closings = new Closings(this);
    this.invoices = new Invoices(this);
    this.payments = new Payments(this);
    this.receiving = new Receiving(this);
    this.forwards = new Forwards(this);
    this.coinMovements = new CoinMovements(this);
    this.sweeper = new Sweeper(this);
    this.announcer = new Announcer(this);
    this.reconnector = new Reconnector(this);
  }

  get engine(): Engine {
    if (!this.#engine) throw new Error('LDK is not started yet');
    return this.#engine;
  }

  /** Whether bitcoind answers, and whether we know all its blocks. */
  get sync(): { readonly bitcoind: boolean; readonly blocks: boolean } {
    return { bitcoind: this.#follower?.connected ?? false, blocks: this.#synced };
  }

  /** Where closed channels pay to. */
  walletScript(): Uint8Array {
    return this.#walletScript;
  }

  async start(): Promise<void> {
    const wallet = this.#openWallet();
    wallet.catch((error: unknown) => this.log.unusual(`on-chain wallet: ${messageOf(error)}`));
    const [tip] = await Promise.all([this.#firstTip(), startLdk((text) => this.log.debug(`LDK: ${text}`))]);
    const { ctx, store, keys, peers } = this;
    this.#engine = new Engine({
      options: ctx.options,
      log: ctx.log,
      store,
      keys,
      tip,
      walletScript: () => this.#walletScript,
      customMessages: peers.custom.handler,
      taps: {
        pong: (id, bytes) => peers.onPong(id, bytes),
        announcementSignatures: (id, signatures) => this.announcer.keep(id, signatures),
      },
    });
    peers.attach(this.#engine);
    await this.#catchUp(tip);
    this.#engine.begin({
      event: (event) => handleEvent(event, this),
      broadcast: (transactions) => this.#broadcast(transactions),
      committed: () => this.changes.wake(),
      broken: (why) => ctx.fatal(why),
    });
    this.#follow();
    await this.#listen();
    this.receiving.resume();
    this.reconnector.start();
    void this.broadcaster.resend();
    void this.sweeper.sweep();
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.reconnector.stop();
    this.announcer.stop();
    await this.#follower?.stop();
    await this.peers.stop();
    this.#engine?.stop();
    this.store.close();
    this.rpc.close();
  }

  /** Tells the plugins, once what it is about is on disk. */
  notify(topic: string, payload: JsonObject): void {
    this.engine.afterCommit(() => this.ctx.notify(topic, payload));
  }

  /** Resolves when bitcoind has a transaction of LDK's: to undefined, or to why it refused. */
  async sent(txid: string): Promise<string | undefined> {
    return await this.#sent.get(txid);
  }

  /** Resolves when LDK knows the chain up to `height`; to false when `signal` fires before. */
  async waitHeight(height: number, signal: AbortSignal): Promise<boolean> {
    await this.changes.until(() => (this.engine.best.height >= height ? true : undefined), signal);
    return this.engine.best.height >= height;
  }

  async #openWallet(): Promise<void> {
    const saved = this.store.get(CLOSE_SCRIPT);
    if (saved) this.#walletScript = saved;
    await this.#firstTip();
    await this.wallet.open();
    if (saved) return;
    const { address } = await this.wallet.newAddress('p2tr');
    const script = await this.wallet.scriptOf(address);
    if (!script) throw new Error(`bitcoind does not know its own address ${address}`);
    this.#walletScript = Uint8Array.from(script);
    this.store.put(CLOSE_SCRIPT, script);
  }

  /** Waits for bitcoind to be there, for as long as lightningd does. */
  #firstTip(): Promise<BlockId> {
    this.#tip ??= waitFor<BlockId>(
      'bitcoind to answer',
      async () => {
        try {
          return { done: await this.source.tip() };
        } catch (error) {
          return { seen: messageOf(error) };
        }
      },
      { timeoutMs: 1000 * (this.ctx.options.number('bitcoin-retry-timeout') ?? 60), intervalMs: 50 },
    );
    return this.#tip;
  }
  #tip: Promise<BlockId> | undefined;

  async #catchUp(tip: BlockId): Promise<void> {
    const { height } = this.engine.best;
    for (const listener of this.engine.catchUp((block) => this.#connected(block))) {
      try {
        await synchronize(this.source, listener, () => {});
      } catch (error) {
        if (!(error instanceof GoneBackwardsError)) throw error;
        const what =
          tip.height < height ? `bitcoind has gone backwards from ${height} to ${tip.height} blocks!` : error.message;
        this.ctx.fatal(`${what} Chain and nodes have to be saved and restored together.`);
      }
    }
  }

  #follow(): void {
    const listener = this.engine.listener(
      (block) => this.#connected(block),
      (previous) => {
        this.channels.onBlockLost(previous.height + 1);
        this.log.unusual(`Block ${previous.height + 1} was reorganised away`);
      },
    );
    const log = this.ctx.log.child('plugin-bcli');
    this.#follower = new ChainFollower(
      this.source,
      listener,
      {
        moved: () => this.#moved(),
        lost: (why) => log.unusual(`bitcoind is away: ${why}`),
        found: () => {
          log.info('bitcoind is back');
          void this.broadcaster.resend();
        },
        backwards: (why) => this.ctx.fatal(why),
      },
      log,
    );
    this.#synced = true;
    this.#follower.start();
  }

  #connected(block: Block): void {
    const spends = new Map(
      block.transactions.flatMap(({ txid, inputs }) =>
        inputs.map((i): [string, string] => [`${i.txid}:${i.vout}`, txid]),
      ),
    );
    this.channels.onBlock(block.height, spends);
    this.broadcaster.confirmed(block);
    this.log.debug(`Adding block ${block.height}: ${block.hash}`);
    this.notify('block_added', { hash: block.hash, height: block.height });
  }

  #moved(): void {
    this.engine.afterCommit(() => {
      this.announcer.soon();
      void this.broadcaster.resend();
      void this.sweeper.sweep();
    });
    void this.engine.schedule();
  }

  #broadcast(transactions: readonly Uint8Array[]): void {
    for (const transaction of transactions.map(parseTransaction)) {
      this.broadcaster.keep(transaction);
      this.closings.onBroadcast(transaction);
      this.#sent.set(
        transaction.txid,
        new Promise((resolve) => this.engine.afterCommit(() => resolve(this.broadcaster.send(transaction)))),
      );
    }
  }

  async #listen(): Promise<void> {
    const { options } = this.ctx;
    if (options.flag('offline')) return;
    for (const text of [...options.list('bind-addr'), ...options.list('addr')]) {
      const address = parseAddress(text);
      if (!address) this.ctx.fatal(`Unable to parse address ${text}`);
      try {
        this.bindings.push(await this.peers.listen(address));
      } catch (error) {
        this.ctx.fatal(`Failed to bind on ${text}: ${messageOf(error)}`);
      }
    }
  }

  async #peerConnected(peer: Peer): Promise<void> {
    const log = this.ctx.log.child('connectd', peer.id);
    log.debug(`Connected ${peer.direction === 'in' ? 'in' : 'out'}, features ${peer.features}`);
    const address = bindingOf(peer.address);
    this.ctx.notify('connect', { id: peer.id, direction: peer.direction, address });
    if (!this.ctx.hasHook('peer_connected')) return;
    const { id, direction, features } = peer;
    const addr = 'socket' in peer.address ? peer.address.socket : `${peer.address.host}:${peer.address.port}`;
    const answer = await this.ctx.ask('peer_connected', { peer: { id, direction, addr, features } });
    if (answer.result !== 'disconnect') return;
    log.info(`peer_connected hook: disconnecting: ${JSON.stringify(answer['error_message'])}`);
    await this.peers.disconnect(id);
  }

  #peerDisconnected(peer: Peer): void {
    this.ctx.log.child('connectd', peer.id).debug('peer disconnected');
    this.ctx.notify('disconnect', { id: peer.id });
    if (!this.#stopping) this.reconnector.lost(peer.id);
  }

  async #customMessage(id: string, message: Buffer): Promise<void> {
    const payload = { peer_id: id, payload: message.toString('hex') };
    this.ctx.notify('custommsg', payload);
    await this.ctx.ask('custommsg', payload);
  }

  /** The peers that have a channel with us which is not closed. */
  peersWithChannels(): string[] {
    const open = this.channels
      .records()
      .filter(({ state }) => !['CLOSED', 'ONCHAIN', 'FUNDING_SPEND_SEEN'].includes(state));
    return [...new Set(open.map(({ peerId }) => peerId))];
  }

  /** Reads the graph of what gossip has told: it must not change meanwhile, and LDK waits until it is freed. */
  readGraph<T>(read: (graph: ldk.ReadOnlyNetworkGraph) => T): T {
    return this.engine.guard(() => {
      const graph = this.engine.graph.read_only();
      try {
        return read(graph);
      } finally {
        graph.free();
      }
    });
  }
}

/**
 * Starts the node, and returns its RPC methods. It has caught up with the chain and listens for peers then.
 *
 * @throws what it cannot go on with; `ctx.fatal` for what lightningd calls fatal
 */
export async function startNode(ctx: Context): Promise<RunningNode> {
  const node = new Node(ctx);
  await node.start();
  return {
    methods: nodeMethods(node),
    id: node.id,
    alias: aliasOf(node),
    color: colorOf(node),
    features: featuresOf(node),
    stop: () => node.stop(),
  };
}
