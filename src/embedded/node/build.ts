import { join } from 'node:path';
import { messageOf } from '../../core/errors.js';
import { BitcoindRpc } from '../../rpc/bitcoind.js';
import { BitcoindWeather } from '../../rpc/bitcoind-weather.js';
import { outpointName } from '../bitcoin/transaction.js';
import { bitcoindAddress, bitcoindDatadir } from '../chain/address.js';
import { BlockSource } from '../chain/blocks.js';
import { Broadcaster } from '../chain/broadcaster.js';
import { FEE_TARGET, Fees } from '../chain/fees.js';
import { Outbox } from '../chain/outbox.js';
import { Wallet } from '../chain/wallet.js';
import type { Context } from '../context.js';
import { announceNode, giveSignatures } from '../ldk/announcing.js';
import { LdkChannels } from '../ldk/channels.js';
import { Engine } from '../ldk/engine.js';
import { Graph } from '../ldk/graph.js';
import { readOffer } from '../ldk/offers.js';
import { LdkPayments } from '../ldk/payments.js';
import { Routes } from '../ldk/routes.js';
import { spendOutput } from '../ldk/spending.js';
import { startLdk } from '../ldk/start-ldk.js';
import { Wire } from '../ldk/wire.js';
import { Store } from '../store/store.js';
import { Turns } from '../store/turns.js';
import { ChainWatch } from './chain-watch.js';
import { Acceptance } from './channels/acceptance.js';
import { Closing } from './channels/closing.js';
import { NeverFunded } from './channels/never-funded.js';
import { Opening } from './channels/opening.js';
import { Policy } from './channels/policy.js';
import { Channels } from './channels/record.js';
import { ChannelViews } from './channels/view.js';
import { eventHandler } from './events.js';
import { Identity, INVOICE_FEATURES } from './identity.js';
import { deriveKeys, loadHsmSecret } from './keys.js';
import { CoinMovements } from './payments/coin-movements.js';
import { Forwards } from './payments/forwards.js';
import { Invoices } from './payments/invoices.js';
import { PaymentParts } from './payments/parts.js';
import { Receiving } from './payments/receiving.js';
import { Sending } from './payments/sending.js';
import { Announcer } from './peers/announcer.js';
import { Dialer } from './peers/dialer.js';
import { listen } from './peers/listening.js';
import { Peers } from './peers/peers.js';
import { Presence } from './peers/presence.js';
import { Reconnector } from './peers/reconnector.js';
import type { NodeParts } from './parts.js';
import type { Tell } from './tell.js';
import { Waiters } from './waiters.js';
import { CloseScript } from './wallet/close-script.js';
import { Sweeper } from './wallet/sweeper.js';
import { Withdrawal } from './wallet/withdrawal.js';

const STATE_FILE = 'ldk-state';

/** A node that has caught up with the chain and listens for peers. */
export interface BuiltNode {
  readonly parts: NodeParts;
  readonly stop: () => Promise<void>;
}

/**
 * Wires the node's parts, each with what it needs, and starts them in their order.
 *
 * @throws what it cannot go on with; `ctx.fatal` for what lightningd calls fatal
 */
export async function buildNode(ctx: Context): Promise<BuiltNode> {
  const { options, fatal } = ctx;
  const log = ctx.log.child('lightningd');
  const tell: Tell = (tx, topic, payload) => tx.afterCommit(() => ctx.notify(topic, payload));

  // what there is before LDK: keys, the store, bitcoind
  const keys = deriveKeys(loadHsmSecret(join(options.networkDir, 'hsm_secret')));
  const identity = new Identity(keys.nodeId.toString('hex'), options);
  const store = Store.open(join(options.networkDir, STATE_FILE));
  const turns = new Turns(store, fatal);
  const { turn } = turns;
  const changes = new Waiters();
  const weather = new BitcoindWeather(bitcoindDatadir(options));
  const fees = new Fees(weather);
  const rpc = new BitcoindRpc(bitcoindAddress(options), () => weather.delayMs);
  const source = new BlockSource(rpc);
  const broadcaster = new Broadcaster(rpc, store, ctx.log.child('plugin-bcli'));
  const outbox = new Outbox(broadcaster);
  const spentByKept = (): Set<string> => broadcaster.spends();
  const wallet = new Wallet({ rpc, nodeId: identity.id, key: keys.walletKey, store, turn, spentByKept });
  const closeScript = new CloseScript(store);
  const channels = new Channels({ store, log: ctx.log, tell });
  const chain = new ChainWatch({
    options,
    log: ctx.log,
    fatal,
    tell,
    source,
    changes,
    connected: (tx, block) => {
      const spends = new Map(
        block.transactions.flatMap(({ txid, inputs }) =>
          inputs.map((input): [string, string] => [outpointName(input), txid]),
        ),
      );
      channels.onFunded(tx, new Set(block.transactions.map(({ txid }) => txid)), live);
      channels.onBlock(tx, block.height, spends);
      closing.onSpent(spends.keys());
      broadcaster.confirmed(tx, block);
      outbox.confirmed(block);
    },
    disconnected: (tx, height) => channels.onBlockLost(tx, height),
    moved: () =>
      void turn((tx) =>
        tx.afterCommit(() => {
          announcer.soon();
          lookAround();
        }),
      ),
    found: () => void broadcaster.resend(),
  });

  const openWallet = async (): Promise<void> => {
    await chain.firstTip();
    await wallet.open();
    await closeScript.choose(wallet, turn);
  };
  openWallet().catch((error: unknown) => log.unusual(`on-chain wallet: ${messageOf(error)}`));
  const [tip] = await Promise.all([chain.firstTip(), startLdk((text) => log.debug(`LDK: ${text}`))]);

  // LDK
  const wire = new Wire({
    connected: (id, features, inbound) => peers.onConnected(id, features, inbound),
    disconnected: (id) => peers.onDisconnected(id),
    received: (id, message) => presence.received(id, message),
  });
  const engine = new Engine(
    {
      options,
      log: ctx.log,
      store,
      keys,
      fees,
      tip,
      walletScript: () => closeScript.script,
      customMessages: wire.customHandler,
      taps: {
        pong: (id, bytes) => peers.onPong(id, bytes),
        announcementSignatures: (id, signatures) => announcer.keep(id, signatures),
        onionError: (error) => paymentParts.onOnionError(error),
      },
    },
    turns,
    fatal,
  );
  wire.attach(engine);
  const ldkChannels = new LdkChannels(engine, options);
  const ldkPayments = new LdkPayments(engine);
  const graph = new Graph(engine);
  const live = () => ldkChannels.list();
  const height = (): number => engine.best.height;

  // peers
  const peers: Peers = new Peers({
    log: ctx.log.child('connectd'),
    turn,
    tx: () => turns.current,
    wire,
    events: {
      connected: (peer) => presence.connected(peer),
      isDecided: () => ctx.hasHook('peer_connected'),
      disconnected: (peer) => {
        presence.disconnected(peer);
        void turn((tx) => opening.onDisconnected(tx, peer.id));
        reconnector.lost(peer.id);
      },
    },
  });
  const isConnected = (id: string): boolean => peers.get(id) !== undefined;
  const presence = new Presence({ log: ctx.log, plugins: ctx, disconnect: (id) => peers.disconnect(id) });
  const reconnector = new Reconnector({
    store,
    turn,
    log: ctx.log,
    peers,
    wanted: () => channels.peers(),
    isOff: options.flag('offline') || options.flag('dev-no-reconnect'),
  });
  const dialer = new Dialer({ nodeId: identity.id, peers, known: reconnector });
  const announcer: Announcer = new Announcer({
    turn,
    identity,
    options,
    channels,
    live,
    graph,
    isConnected,
    announceNode: (announcement) => announceNode(engine, announcement),
    giveSignatures: (peerId, signatures) => giveSignatures(engine, peerId, signatures),
    message: (peerId, type, content) => wire.message(peerId, type, content),
  });

  // channels
  const views = new ChannelViews({ channels, live, isConnected });
  const opening = new Opening({
    turn,
    log,
    tell,
    wallet,
    ldk: ldkChannels,
    channels,
    transactions: {
      forget: (tx, transaction) => broadcaster.forget(tx, transaction),
      sent: (txid) => outbox.sent(txid),
    },
  });
  const acceptance = new Acceptance({ turn, log, hooks: ctx, ldk: ldkChannels });
  const closing: Closing = new Closing({
    turn,
    log,
    ldk: ldkChannels,
    channels,
    changes,
    sent: (txid) => outbox.sent(txid),
  });
  const neverFunded = new NeverFunded({
    turn,
    log,
    rpc,
    channels,
    height,
    forgetSpending: (tx, outpoint) => broadcaster.forgetSpending(tx, outpoint),
  });
  const policy = new Policy({ turn, views, ldk: ldkChannels });

  // payments and money
  const invoices = new Invoices({ store, turn, tell, ldk: ldkPayments, nodeSecret: keys.nodeSecret });
  const sending = new Sending({
    store,
    turn,
    tell,
    ldk: ldkPayments,
    live,
    paid: (tx, hash, msat) => invoices.onPaid(tx, hash, msat),
  });
  const paymentParts = new PaymentParts({ tell, nodeId: identity.id, live, sending });
  const receiving = new Receiving({ store, turn, log, hooks: ctx, ldk: ldkPayments, invoices, live, height });
  const forwards = new Forwards({ store, tell, channels, live });
  const coinMovements = new CoinMovements({
    store,
    tell,
    nodeId: identity.id,
    live,
    moved: (tx, channelId, changeMsat) => channels.onMoved(tx, channelId, changeMsat),
  });
  const withdrawal = new Withdrawal({ turn, rpc, wallet, broadcaster });
  const sweeper = new Sweeper({
    store,
    turn,
    log,
    rpc,
    wallet,
    closeScript: () => closeScript.script,
    spentByKept,
    spend: (descriptor, script) => spendOutput(engine, descriptor, script, fees.perKw(FEE_TARGET.normal)),
    send: (tx, transaction) => outbox.send(tx, transaction),
  });
  const lookAround = (): void => {
    void broadcaster.resend();
    void sweeper.sweep();
    neverFunded.look();
  };

  await chain.catchUp(engine);
  engine.begin({
    event: eventHandler({
      log,
      channels,
      opening,
      acceptance,
      neverFunded,
      sending,
      receiving,
      forwards,
      coinMovements,
      paymentParts,
      announcer,
      sweeper,
      live,
    }),
    broadcast: (transactions, tx) => {
      for (const transaction of outbox.take(tx, transactions)) closing.onBroadcast(transaction);
    },
    committed: () => changes.wake(),
  });
  chain.follow(engine);
  weather.onEstimates(() => engine.feesChanged());
  const bindings = await listen(ctx, peers);
  receiving.resume();
  reconnector.start();
  lookAround();

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    reconnector.stop();
    announcer.stop();
    weather.close();
    await chain.stop();
    await peers.stop();
    engine.stop();
    store.close();
    rpc.close();
  };
  return {
    parts: {
      options,
      identity,
      nodeSecret: keys.nodeSecret,
      features: { ...engine.features(), channel: '', invoice: INVOICE_FEATURES },
      rpc,
      fees,
      wallet,
      withdrawal,
      channels,
      views,
      opening,
      closing,
      policy,
      invoices,
      sending,
      receiving,
      forwards,
      payments: ldkPayments,
      routes: new Routes(engine, graph, identity.id),
      graph,
      peers,
      dialer,
      bindings,
      chain,
      height,
      changes,
      readOffer: (text) => readOffer(engine, text),
    },
    stop: () => (stopping ??= stop()),
  };
}
