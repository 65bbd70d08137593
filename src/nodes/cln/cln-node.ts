import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { CODE } from '../../cln/error-codes.js';
import { LnPlayError } from '../../core/errors.js';
import { namesIn, removeTree } from '../../core/files.js';
import type { WaitOptions } from '../../core/wait.js';
import type { Daemon, ReadyOptions } from '../../daemons/daemon.js';
import { installPlugin } from '../../daemons/install-plugin.js';
import { Lightningd, type LightningdExecutable } from '../../daemons/lightningd.js';
import { type Implementation } from '../../daemons/implementation.js';
import { tailFile } from '../../daemons/log-tail.js';
import { loggedId } from '../../daemons/logged-id.js';
import { freePort } from '../../process/ports.js';
import { LightningRpcError, type LightningSocket } from '../../rpc/lightning-socket.js';
import type { Binding, Decoded, GetinfoResult } from '../../rpc/lightning-types.js';
import {
  NotEnoughFunds,
  type AskOptions,
  type Channel,
  type Closing,
  type Coin,
  type DecodedInvoice,
  type Feerates,
  type FundedChannel,
  type HeardChannel,
  type InvoiceOptions,
  type LightningNode,
  type NodeInfo,
  type NodeSetup,
  type OpenOptions,
  type OwnSettings,
  type Payment,
  type PaymentStatus,
  type Peer,
  type Policy,
  type Tip,
} from '../node.js';
import { assertPayable, shorten } from '../payable.js';
import { blockHashes } from './block-hashes.js';
import { channelOf } from './channel.js';
import { disarmLightningDir } from './disarm.js';
import {
  decodedOf,
  invoiceOf,
  keysendOf,
  newInvoiceOf,
  paymentOf,
  type ClnInvoice,
  type ClnNewInvoice,
  type ClnPayment,
} from './invoices.js';
import { failureReason } from './payment-failure.js';

/** How long a connected peer may take to answer a ping, in ms. */
const PING_MS = 10_000;
/** What lightningd is told if it cannot close by force at once: after so many seconds without the other end. */
const UNILATERAL_AFTER_S = 1;
/** How far back in its log we look for its last block, in lines of at most 400 bytes. */
const LOG_LINES = 400;

/** How long it may take to bring its gossip to disk, in ms. */
const KEEP_MS = 5_000;

/** How long lightningd is to wait for a block before it answers that there is none, in seconds. */
const HEIGHT_S = 2;

/** A node that runs a lightningd: Core Lightning's, or ours, which is one as well. */
export class ClnNode implements LightningNode {
  readonly name: string;
  readonly lightningd: Lightningd;
  #id: string | undefined;

  constructor(name: string, lightningDir: string, executable: LightningdExecutable) {
    this.name = name;
    this.lightningd = new Lightningd(name, lightningDir, executable);
  }

  /** Any method of its lightningd; those that we know are typed. */
  get rpc(): LightningSocket {
    return this.lightningd.rpc;
  }

  get rpcAddress(): string {
    return this.rpc.path;
  }

  get daemon(): Daemon {
    return this.lightningd.daemon;
  }

  get implementation(): Implementation {
    return this.lightningd.executable.implementation;
  }

  get folder(): string {
    return this.lightningd.lightningDir;
  }

  /** Its folder, as lightningd calls it. */
  get lightningDir(): string {
    return this.lightningd.lightningDir;
  }

  get configFile(): string {
    return this.lightningd.configFile;
  }

  async prepare(setup: NodeSetup): Promise<() => Promise<void>> {
    const { alias, colour, listen, secret, bitcoind, options, plugins, without } = setup;
    const place = {
      bindAddr: listen === 'tcp' ? `127.0.0.1:${await freePort()}` : join(this.folder, 'peer'),
      bitcoinDatadir: bitcoind.datadir,
      bitcoinRpcPort: bitcoind.rpcPort,
      bitcoinCli: bitcoind.cli,
      bitcoinBackend: await installPlugin(bitcoind.datadir, 'bitcoin-backend'),
    };
    await this.lightningd.prepare({ alias, rgb: colour }, place, secret);
    await this.lightningd.configure([
      { key: 'bitcoin-rpcport', value: String(bitcoind.rpcPort) },
      ...(bitcoind.cli === undefined ? [] : [{ key: 'bitcoin-cli', value: bitcoind.cli }]),
    ]);
    return await this.lightningd.configure(options, plugins, without);
  }

  async ownSettings(): Promise<OwnSettings> {
    return await this.lightningd.ownSettings();
  }

  async configured(key: string): Promise<string | undefined> {
    return await this.lightningd.configured(key);
  }

  async rebase(from: string, to: string, options?: { readonly isCopy: boolean }): Promise<void> {
    await this.lightningd.rebase(from, to, options);
  }

  async disarm(place: { readonly folder: string; readonly bitcoinDatadir: string }): Promise<string[]> {
    return await disarmLightningDir(this.folder, place);
  }

  async forget(): Promise<void> {
    const folder = join(this.folder, 'regtest');
    for (const name of await namesIn(folder)) if (name !== 'hsm_secret') await removeTree(join(folder, name));
  }

  async start(debug?: string): Promise<void> {
    await this.lightningd.start(debug);
  }

  async waitReady(wait?: ReadyOptions): Promise<void> {
    await this.lightningd.waitReady(wait);
  }

  async heldUpBy(): Promise<string | undefined> {
    return await this.lightningd.heldUpBy();
  }

  disconnect(): void {
    this.#id = undefined;
    this.rpc.close();
  }

  /** lightning-getinfo(7) */
  async getinfo(options?: AskOptions): Promise<GetinfoResult> {
    return await this.#call('getinfo', {}, options);
  }

  async id(): Promise<string> {
    this.#id ??= (await this.getinfo()).id;
    return this.#id;
  }

  async formerId(): Promise<string | undefined> {
    return await loggedId(this.lightningd.logFile);
  }

  async info(options?: AskOptions): Promise<NodeInfo> {
    const { id, alias, color, version, blockheight, num_peers, binding } = await this.getinfo(options);
    const listens = listensAt(binding);
    return { id, alias, colour: color, version, blockHeight: blockheight, peerCount: num_peers, listens };
  }

  async address(): Promise<string> {
    const { id, listens } = await this.info();
    if (listens[0] !== undefined) return `${id}@${listens[0]}`;
    throw new LnPlayError('STATE', `${this.name} listens on no address`, {
      hint: `give it a bind-addr in ${this.configFile} and run \`ln-play restart ${this.name}\``,
    });
  }

  async tip(awaited = 0): Promise<Tip> {
    const height = await this.#heightFrom(awaited);
    return { height, hash: blockHashes(await tailFile(this.lightningd.logFile, LOG_LINES)).get(height) };
  }

  /** lightning-waitblockheight(7) */
  async #heightFrom(blockheight: number): Promise<number> {
    try {
      return (await this.#call('waitblockheight', { blockheight, timeout: HEIGHT_S })).blockheight;
    } catch (error) {
      if (!(error instanceof LightningRpcError && error.rpcCode === CODE.WAIT_TIMEOUT)) throw error;
      return (await this.getinfo()).blockheight;
    }
  }

  async newAddress(): Promise<string> {
    const { p2tr, bech32 } = await this.#call('newaddr');
    return (p2tr ?? bech32)!;
  }

  async funds(options?: AskOptions): Promise<Coin[]> {
    const { outputs } = await this.#call('listfunds', {}, options);
    return outputs.map(({ txid, output, amount_msat, status, reserved }) => ({
      txid,
      output,
      amountMsat: BigInt(amount_msat),
      status,
      reserved,
    }));
  }

  async feerates(): Promise<Feerates> {
    const { perkw } = await this.#call('feerates', { style: 'perkw' });
    const estimates = perkw.estimates.map(({ blockcount, feerate }) => ({ blocks: blockcount, perKw: feerate }));
    return { floorPerKw: perkw.floor, estimates };
  }

  async peer(id: string): Promise<Peer | undefined> {
    const [peer] = (await this.#call('listpeers', { id })).peers;
    return peer && { connected: peer.connected, channelCount: peer.num_channels };
  }

  async connect(address: string): Promise<void> {
    await this.#call('connect', { id: address });
  }

  async leave(peerId: string): Promise<void> {
    await this.#call('disconnect', { id: peerId });
  }

  async hangUp(peerId: string): Promise<void> {
    try {
      await this.#call('disconnect', { id: peerId, force: true });
    } catch (error) {
      if (!(error instanceof LightningRpcError)) throw error; // it is not connected
    }
  }

  async screenPeers(rulesFile: string): Promise<void> {
    const plugin = await installPlugin(dirname(rulesFile), 'peer-screen');
    if (!(await this.#hasPlugin(plugin)))
      await this.#call('plugin', { subcommand: 'start', plugin, 'peer-rules': rulesFile });
  }

  async unscreenPeers(rulesFile: string): Promise<void> {
    const plugin = join(dirname(rulesFile), 'peer-screen');
    if (await this.#hasPlugin(plugin)) await this.#call('plugin', { subcommand: 'stop', plugin });
  }

  get tells(): boolean {
    return true;
  }

  async tell(socket: string): Promise<void> {
    const plugin = await installPlugin(dirname(socket), 'web-feed');
    if (await this.#hasPlugin(plugin)) return;
    await this.#call('plugin', { subcommand: 'start', plugin, 'web-feed-socket': socket, 'web-feed-node': this.name });
  }

  async #hasPlugin(path: string): Promise<boolean> {
    const { plugins = [] } = await this.#call('plugin', { subcommand: 'list' });
    return plugins.some(({ name, active }) => name === path && active);
  }

  /** connectd sends gossip when it has something urgent to send along with it: a ping is, and so is its answer. */
  async nudge(peerId: string): Promise<void> {
    try {
      await this.#call('ping', { id: peerId }, { timeoutMs: PING_MS });
    } catch (error) {
      // a peer that is just reconnecting cannot be pinged, and one that is busy answers later
      if (!(error instanceof LnPlayError && (error.code === 'RPC' || error.code === 'TIMEOUT'))) throw error;
    }
  }

  async channels(peerId?: string, options?: AskOptions): Promise<Channel[]> {
    const params = peerId === undefined ? {} : { id: peerId };
    return (await this.#call('listpeerchannels', params, options)).channels.map(channelOf);
  }

  async open(peerId: string, options: OpenOptions, wait?: WaitOptions): Promise<FundedChannel> {
    const { capacitySat, feerate, announce, pushMsat, confirmations, coins } = options;
    const params = {
      id: peerId,
      amount: `${capacitySat}sat`,
      ...(feerate ? { feerate } : {}),
      ...(announce === false ? { announce } : {}),
      ...(pushMsat === undefined ? {} : { push_msat: `${pushMsat}msat` }),
      ...(confirmations === undefined ? {} : { mindepth: confirmations }),
      ...(coins ? { utxos: coins.map(({ txid, output }) => `${txid}:${output}`) } : {}),
    };
    try {
      const { channel_id, txid } = await this.#call('fundchannel', params, wait);
      return { channelId: channel_id, fundingTxid: txid };
    } catch (error) {
      throw error instanceof LightningRpcError && CANNOT_AFFORD.has(error.rpcCode) ? new NotEnoughFunds(error) : error;
    }
  }

  async close({ id, peer }: Channel, { force }: { readonly force: boolean }, wait?: WaitOptions): Promise<Closing> {
    if (force && (await this.#failAtOnce(peer))) return { type: 'unilateral', txid: undefined };
    const params = { id: id!, ...(force && { unilateraltimeout: UNILATERAL_AFTER_S }) };
    const { type, txids, txid } = await this.#call('close', params, wait);
    return { type, txid: txids?.at(-1) ?? txid };
  }

  async setPolicy({ id, shortChannelId }: Channel, policy: Policy): Promise<void> {
    const { baseMsat, perMillion, cltvDelta, htlcMinMsat, htlcMaxMsat } = policy;
    const channel = shortChannelId ?? id!;
    // ours alone has such a method
    if (cltvDelta !== undefined) await this.#call('dev-set-cltv-delta', { id: channel, cltv_delta: cltvDelta });
    if ([baseMsat, perMillion, htlcMinMsat, htlcMaxMsat].every((value) => value === undefined)) return;
    await this.#call('setchannel', {
      id: channel,
      ...(baseMsat === undefined ? {} : { feebase: `${baseMsat}msat` }),
      ...(perMillion === undefined ? {} : { feeppm: perMillion }),
      ...(htlcMinMsat === undefined ? {} : { htlcmin: `${htlcMinMsat}msat` }),
      ...(htlcMaxMsat === undefined ? {} : { htlcmax: `${htlcMaxMsat}msat` }),
    });
  }

  /** lightning-listchannels(7) */
  async gossip(): Promise<HeardChannel[]> {
    const { channels } = await this.#call('listchannels');
    return channels
      .filter((side) => side.public)
      .map(({ short_channel_id: shortChannelId, source }) => ({ shortChannelId, source }));
  }

  async keepGossip(): Promise<void> {
    const { executable, daemon } = this.lightningd;
    if (executable.implementation === 'cln' || daemon.pid === undefined || daemon.isFrozen) return;
    try {
      await this.rpc.call('dev-compact-gossip-store', {}, { timeoutMs: KEEP_MS });
    } catch (error) {
      if (!(error instanceof LnPlayError)) throw error; // its peers tell it once more, when it is connected to them
    }
  }

  async invoice(
    amountMsat: bigint | undefined,
    { label = `ln-play-${randomBytes(8).toString('hex')}`, description = 'ln-play' }: InvoiceOptions = {},
  ): Promise<ClnNewInvoice> {
    const amount_msat = amountMsat === undefined ? 'any' : `${amountMsat}msat`;
    return newInvoiceOf(label, await this.#call('invoice', { amount_msat, label, description }));
  }

  async invoiceByHash(paymentHash: string): Promise<ClnInvoice | undefined> {
    const [invoice] = (await this.#call('listinvoices', { payment_hash: paymentHash })).invoices;
    return invoice && invoiceOf(invoice);
  }

  async invoices(options?: AskOptions): Promise<ClnInvoice[]> {
    return (await this.#call('listinvoices', {}, options)).invoices.map(invoiceOf);
  }

  async decode(bolt11: string): Promise<DecodedInvoice> {
    let decoded: Decoded | undefined;
    let why = '';
    try {
      decoded = await this.#call('decode', { string: bolt11 });
    } catch (error) {
      if (!(error instanceof LightningRpcError)) throw error;
      why = `: ${error.message}`;
    }
    if (decoded?.valid) return decodedOf(decoded);
    throw new LnPlayError('USAGE', `${JSON.stringify(shorten(bolt11))} cannot be decoded${why}`, {
      hint: 'pass the whole invoice, as `ln-play invoice` prints it',
    });
  }

  /**
   * Pays an invoice, after looking that it can be paid: of regtest, not expired, not our own, not paid before.
   *
   * @throws {LnPlayError} USAGE or INVALID, before anything is sent
   * @throws {LightningRpcError} when the payment fails
   */
  async pay(bolt11: string, amountMsat?: bigint, wait?: WaitOptions): Promise<ClnPayment> {
    await assertPayable(this, bolt11, amountMsat);
    const params = amountMsat === undefined ? { bolt11 } : { bolt11, amount_msat: `${amountMsat}msat` };
    return paymentOf(await this.#call('pay', params, wait));
  }

  async keysend(payeeId: string, amountMsat: bigint, wait?: WaitOptions): Promise<Payment> {
    const params = { destination: payeeId, amount_msat: `${amountMsat}msat` };
    try {
      return keysendOf(await this.#call('xkeysend', params, wait));
    } catch (error) {
      const isOlder = error instanceof LightningRpcError && error.rpcCode === CODE.METHOD_NOT_FOUND;
      if (!isOlder) throw error;
      return paymentOf(await this.#call('keysend', params, wait)); // before v26.06
    }
  }

  failureReason(error: LnPlayError): string {
    return failureReason(error);
  }

  async payment(paymentHash: string): Promise<{ readonly status: PaymentStatus } | undefined> {
    const { pays } = await this.#call('listpays', { payment_hash: paymentHash });
    return pays.find(({ status }) => status === 'complete') ?? pays.at(-1);
  }

  /**
   * Has it go on chain at once: `dev-fail`, which lightningd has for developers, and for a peer's only channel.
   *
   * @returns whether it does
   */
  async #failAtOnce(peerId: string): Promise<boolean> {
    try {
      await this.daemon.guard(() => this.rpc.call('dev-fail', { id: peerId }));
      return true;
    } catch (error) {
      if (error instanceof LightningRpcError) return false;
      throw error;
    }
  }

  /** Asks its lightningd; if that dies meanwhile, the error tells of its death. */
  get #call(): LightningSocket['call'] {
    const { daemon, rpc } = this.lightningd;
    return (...args: Parameters<LightningSocket['call']>) => daemon.guard(() => rpc.call(...args));
  }
}

/** lightning-fundchannel(7): too little in the wallet, or too little beside what is kept for emergencies. */
const CANNOT_AFFORD: ReadonlySet<number> = new Set([CODE.FUND_CANNOT_AFFORD, CODE.FUND_CANNOT_AFFORD_WITH_EMERGENCY]);

const listensAt = (binding: readonly Binding[] = []): string[] =>
  binding.flatMap(({ socket, address, port }) => {
    if (socket !== undefined) return [socket];
    return port === undefined ? [] : [`${address}:${port}`];
  });
