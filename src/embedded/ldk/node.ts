import { join } from 'node:path';
import type * as ldk from '#ldk';
import { messageOf } from '../../core/errors.js';
import { BitcoindRpc } from '../../rpc/bitcoind.js';
import type { JsonObject } from '../../rpc/json-rpc.js';
import { bitcoindAddress } from '../chain/address.js';
import { BlockSource } from '../chain/blocks.js';
import { Broadcaster } from '../chain/broadcaster.js';
import { parseTransaction } from '../bitcoin/transaction.js';
import { Wallet } from '../chain/wallet.js';
import type { Context, Log, RunningNode } from '../context.js';
import { nodeMethods } from '../methods/node-methods.js';
import { Store } from '../store/store.js';
import { parseAddress, type PeerAddress } from '../node/peers/addresses.js';
import { Announcer } from './announcer.js';
import { ChainWatch } from './chain-watch.js';
import { Channels } from './channels.js';
import { CoinMovements } from './coin-movements.js';
import { Closings } from './closings.js';
import { Engine } from './engine.js';
import { Acceptance, handleEvent } from './events.js';
import { Forwards } from './forwards.js';
import { Funding } from './funding.js';
import { aliasOf, colorOf, featuresOf } from './identity.js';
import { Invoices } from './invoices.js';
import { deriveKeys, loadHsmSecret, type NodeKeys } from '../node/keys.js';
import { NeverFunded } from './never-funded.js';
import { Payments } from './payments.js';
import { peerEvents } from './peer-events.js';
import { Peers } from './peers.js';
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
  readonly neverFunded: NeverFunded;
  readonly invoices: Invoices;
  readonly payments: Payments;
  readonly receiving: Receiving;
  readonly forwards: Forwards;
  readonly coinMovements: CoinMovements;
  readonly sweeper: Sweeper;
  readonly chain: ChainWatch;
  readonly announcer: Announcer;
  readonly reconnector: Reconnector;
  readonly bindings: PeerAddress[] = [];
  /** Woken with each commit. */
  readonly changes = new Waiters();
  #engine: Engine | undefined;
  #walletScript: Uint8Array = new Uint8Array();
  #sent = new Map<string, Promise<string | undefined>>();
  #stopping = false;

  constructor(ctx: Context) {
    this.ctx = ctx;
    this.log = ctx.log.child('lightningd');
    this.keys = deriveKeys(loadHsmSecret(join(ctx.options.networkDir, 'hsm_secret')));
    this.id = this.keys.nodeId.toString('hex');
    this.store = Store.open(join(ctx.options.networkDir, STATE_FILE));
    this.rpc = new BitcoindRpc(bitcoindAddress(ctx.options));
    this.source = new BlockSource(this.rpc);
    this.broadcaster = new Broadcaster(this.rpc, this.store, ctx.log.child('plugin-bcli'));
    this.wallet = new Wallet(this.rpc, this.id, this.keys.walletKey, this.store, () => this.broadcaster.spends());
    this.peers = new Peers(ctx.log.child('connectd'), peerEvents(this));
    this.channels = new Channels(this);
    this.funding = new Funding(this);
    this.acceptance = new Acceptance(this);
    this.closings = new Closings(this);
    this.neverFunded = new NeverFunded(this);
    this.invoices = new Invoices(this);
    this.payments = new Payments(this);
    this.receiving = new Receiving(this);
    this.forwards = new Forwards(this);
    this.coinMovements = new CoinMovements(this);
    this.sweeper = new Sweeper(this);
    this.chain = new ChainWatch(this);
    this.announcer = new Announcer(this);
    this.reconnector = new Reconnector(this);
  }

  get engine(): Engine {
    if (!this.#engine) throw new Error('LDK is not started yet');
    return this.#engine;
  }

  /** Where closed channels pay to. */
  walletScript(): Uint8Array {
    return this.#walletScript;
  }

  async start(): Promise<void> {
    const wallet = this.#openWallet();
    wallet.catch((error: unknown) => this.log.unusual(`on-chain wallet: ${messageOf(error)}`));
    const [tip] = await Promise.all([this.chain.firstTip(), startLdk((text) => this.log.debug(`LDK: ${text}`))]);
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
    await this.chain.catchUp();
    this.#engine.begin({
      event: (event) => handleEvent(event, this),
      broadcast: (transactions) => this.#broadcast(transactions),
      committed: () => this.changes.wake(),
      broken: (why) => ctx.fatal(why),
    });
    this.chain.follow();
    await this.#listen();
    this.receiving.resume();
    this.reconnector.start();
    void this.broadcaster.resend();
    void this.sweeper.sweep();
    this.neverFunded.look();
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.reconnector.stop();
    this.announcer.stop();
    await this.chain.stop();
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

  /** A block has spent an outpoint: what became of our own transaction for it is not asked for any more. */
  spent(outpoint: string): void {
    const transaction = this.closings.onSpent(outpoint);
    if (transaction) this.#sent.delete(transaction.txid);
  }

  async #openWallet(): Promise<void> {
    const saved = this.store.get(CLOSE_SCRIPT);
    if (saved) this.#walletScript = saved;
    await this.chain.firstTip();
    await this.wallet.open();
    if (saved) return;
    const { address } = await this.wallet.newAddress('p2tr');
    const script = await this.wallet.scriptOf(address);
    if (!script) throw new Error(`bitcoind does not know its own address ${address}`);
    this.#walletScript = Uint8Array.from(script);
    this.store.put(CLOSE_SCRIPT, script);
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
