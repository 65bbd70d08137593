import { randomBytes } from 'node:crypto';
import { formatMsat } from '../core/amounts.js';
import { LnPlayError } from '../core/errors.js';
import type { Probe, WaitOptions } from '../core/wait.js';
import { Lightningd, type Implementation, type LightningdExecutable } from '../daemons/lightningd.js';
import { LightningRpcError, type CallOptions, type LightningSocket } from '../rpc/lightning-socket.js';
import type { Decoded, GetinfoResult, Invoice, PayResult, Peer, PeerChannel } from '../rpc/lightning-types.js';

/** The states in which a channel carries payments: during a splice it goes on doing so. */
const USABLE = new Set(['CHANNELD_NORMAL', 'CHANNELD_AWAITING_SPLICE']);
/** How long a connected peer may take to answer a ping, in ms. */
const PING_MS = 10_000;
/** How long a channel may take from its block to its next state, in ms; longer, and it waits for another block. */
const LOCKIN_MS = 5_000;
/** How long a payment that both ends have committed to may take to its next state, in ms; longer, and somebody holds it. */
const HELD_MS = 2_000;
/** The state of an HTLC that both ends have committed to (lightning-listpeerchannels(7)). */
const COMMITTED = /^(SENT|RCVD)_ADD_ACK_REVOCATION$/;
/** The states of a channel whose funding is not deep enough, or not known to be by both. */
const AWAITING = /AWAITING_LOCKIN$/;
/** The states that lead to another without a block. */
const MOVING = new Set(['OPENINGD', 'CHANNELD_SHUTTING_DOWN', 'CLOSINGD_SIGEXCHANGE']);
/** regtest's prefix of bech32 addresses and of BOLT #11 invoices (`lnbcrt`). */
const REGTEST_PREFIX = 'bcrt';

/** One lightning node of a playground: its daemon, and what one asks of it. */
export class LightningNode {
  readonly name: string;
  readonly lightningd: Lightningd;
  #id: string | undefined;

  constructor(name: string, lightningDir: string, executable: LightningdExecutable) {
    this.name = name;
    this.lightningd = new Lightningd(name, lightningDir, executable);
  }

  get rpc(): LightningSocket {
    return this.lightningd.rpc;
  }

  /** Asks its lightningd; where that dies meanwhile, the error tells of its death. */
  get #call(): LightningSocket['call'] {
    const { daemon, rpc } = this.lightningd;
    return (...args: Parameters<LightningSocket['call']>) => daemon.guard(() => rpc.call(...args));
  }

  get lightningDir(): string {
    return this.lightningd.lightningDir;
  }

  get implementation(): Implementation {
    return this.lightningd.executable.implementation;
  }

  async getinfo(options?: CallOptions): Promise<GetinfoResult> {
    return await this.#call('getinfo', {}, options);
  }

  /** Its node id: 33 bytes, hex. */
  async id(): Promise<string> {
    this.#id ??= (await this.getinfo()).id;
    return this.#id;
  }

  /** How a peer connects to it: `ID@/path/peer` or `ID@127.0.0.1:PORT`. */
  async address(): Promise<string> {
    const { id, binding } = await this.getinfo();
    const bound = binding?.find(({ socket, port }) => socket !== undefined || port !== undefined);
    if (!bound)
      throw new LnPlayError('STATE', `${this.name} listens on no address`, {
        hint: `give it a bind-addr in ${this.lightningd.configFile} and run \`ln-play restart ${this.name}\``,
      });
    return bound.socket === undefined ? `${id}@${bound.address}:${bound.port}` : `${id}@${bound.socket}`;
  }

  /** A fresh address of its wallet. */
  async newAddress(): Promise<string> {
    const { p2tr, bech32 } = await this.#call('newaddr');
    return (p2tr ?? bech32)!;
  }

  /** Its channels, with this peer alone where one is named. */
  async channels(peerId?: string): Promise<PeerChannel[]> {
    return (await this.#call('listpeerchannels', peerId === undefined ? {} : { id: peerId })).channels;
  }

  /** What it knows of a peer: undefined where it neither is connected to it nor has a channel with it. */
  async peer(id: string): Promise<Peer | undefined> {
    return (await this.#call('listpeers', { id })).peers[0];
  }

  /** As `waitFor`, ended also by this node's death. */
  async waitFor<T>(what: string, probe: () => Promise<Probe<T>>, options?: WaitOptions): Promise<T> {
    return await this.lightningd.daemon.waitFor(what, probe, options);
  }

  /** Waits until it has seen the block of this height. */
  async waitForHeight(height: number, options?: WaitOptions): Promise<void> {
    await this.waitFor(
      `${this.name} to see block ${height}`,
      async () => {
        const { blockheight } = await this.getinfo();
        return blockheight >= height ? { done: undefined } : { seen: `block ${blockheight}` };
      },
      options,
    );
  }

  /** Waits until its wallet has seen the outputs of this transaction confirmed, in a block of this height at most. */
  async waitForFunds(txid: string, height: number, options?: WaitOptions): Promise<void> {
    await this.waitFor(
      `${this.name} to see its funds of ${txid} confirmed`,
      async () => {
        const { blockheight } = await this.getinfo();
        const { outputs } = await this.#call('listfunds');
        const output = outputs.find((candidate) => candidate.txid === txid);
        // once it knows the block, what is not there is spent already, by another command
        if (output?.status === 'confirmed' || (!output && blockheight >= height)) return { done: undefined };
        return { seen: output ? `the output is ${output.status}` : `no such output at block ${blockheight}` };
      },
      options,
    );
  }

  /**
   * Waits until the channel carries payments on this end: normal, and the other end's update is there.
   *
   * That update may lie in the other's queue for a second: connectd sends gossip when it has something urgent to send
   * along with it. A ping is urgent, and so is its answer.
   */
  async waitForChannel(channelId: string, options?: WaitOptions): Promise<PeerChannel> {
    return await this.waitFor<PeerChannel>(
      `${this.name} to have channel ${channelId} normal`,
      async () => {
        const channel = (await this.channels()).find((candidate) => candidate.channel_id === channelId);
        if (!channel) return { seen: 'no such channel' };
        if (isUsable(channel)) return { done: channel };
        if (!USABLE.has(channel.state)) return { seen: channel.state };
        if (channel.peer_connected) await this.#ping(channel.peer_id);
        return { seen: `${channel.state}, no update from the other end` };
      },
      options,
    );
  }

  async #ping(id: string): Promise<void> {
    try {
      await this.#call('ping', { id }, { timeoutMs: PING_MS });
    } catch (error) {
      if (!(error instanceof LightningRpcError)) throw error; // a peer that is just reconnecting cannot be pinged
    }
  }

  /**
   * Waits until none of its channels is about to become another by itself: opening, closing by agreement, with its funding
   * in a block, or with a payment under way. What awaits a block, somebody's hand, or a peer that is away has settled.
   *
   * @param isConfirmed whether a channel's funding is in a block
   */
  async waitForSettledChannels(
    isConfirmed: (channel: PeerChannel) => Promise<boolean>,
    options?: WaitOptions,
  ): Promise<void> {
    const firstSeen = new Map<string, number>();
    const isRecent = (what: string, ms: number): boolean => {
      const since = firstSeen.get(what) ?? performance.now();
      firstSeen.set(what, since);
      return performance.now() - since < ms;
    };
    const moves = async (channel: PeerChannel): Promise<boolean> => {
      const { state, channel_id: id, htlcs = [] } = channel;
      if (!channel.peer_connected) return false;
      if (MOVING.has(state) || !isLocked(channel)) return true;
      if (AWAITING.test(state)) return (await isConfirmed(channel)) && isRecent(id!, LOCKIN_MS);
      return htlcs.some((htlc) => !COMMITTED.test(htlc.state) || isRecent(`${id} ${htlc.payment_hash}`, HELD_MS));
    };
    await this.waitFor(
      `${this.name}'s channels to settle`,
      async () => {
        const channels = await this.channels();
        const moving = await Promise.all(channels.map(moves));
        const first = channels.find((_, index) => moving[index]);
        if (!first) return { done: undefined };
        const { short_channel_id, channel_id, state, htlcs } = first;
        const payments = htlcs?.length ? `, ${htlcs.length} payments under way` : '';
        return { seen: `${short_channel_id ?? channel_id ?? 'a channel'}: ${state}${payments}` };
      },
      options,
    );
  }

  /**
   * Makes an invoice.
   *
   * @param amountMsat undefined: the payer chooses
   * @returns its bolt11 and payment hash; `label` is random where none is given
   */
  async invoice(
    amountMsat: bigint | undefined,
    { label = `ln-play-${randomBytes(8).toString('hex')}`, description = 'ln-play' } = {},
  ): Promise<{ label: string; bolt11: string; payment_hash: string; expires_at: number }> {
    const amount_msat = amountMsat === undefined ? 'any' : `${amountMsat}msat`;
    const { bolt11, payment_hash, expires_at } = await this.#call('invoice', { amount_msat, label, description });
    return { label, bolt11, payment_hash, expires_at };
  }

  /** Waits until the invoice with this label is paid, and returns its record. */
  async waitForPaid(label: string, options?: WaitOptions): Promise<Invoice> {
    return await this.waitFor<Invoice>(
      `${this.name} to have invoice ${label} paid`,
      async () => {
        const [invoice] = (await this.#call('listinvoices', { label })).invoices;
        return invoice?.status === 'paid' ? { done: invoice } : { seen: invoice?.status ?? 'no such invoice' };
      },
      options,
    );
  }

  /**
   * What a bolt11 says.
   *
   * @throws {LnPlayError} USAGE when it is none
   */
  async decode(bolt11: string): Promise<Decoded> {
    let decoded: Decoded | undefined;
    let why = '';
    try {
      decoded = await this.#call('decode', { string: bolt11 });
    } catch (error) {
      if (!(error instanceof LightningRpcError)) throw error;
      why = `: ${error.message}`;
    }
    if (decoded?.valid) return decoded;
    throw new LnPlayError('USAGE', `${JSON.stringify(shorten(bolt11))} cannot be decoded${why}`, {
      hint: 'pass the whole invoice, as `ln-play invoice` prints it',
    });
  }

  /**
   * Pays an invoice, after looking that it can be paid: of regtest, not expired, not our own, not paid before.
   *
   * @param amountMsat for an invoice that leaves the amount to the payer
   * @throws {LnPlayError} USAGE or INVALID, before anything is sent
   * @throws {LightningRpcError} when the payment fails
   */
  async pay(bolt11: string, amountMsat?: bigint, options?: CallOptions): Promise<PayResult> {
    await this.#assertPayable(bolt11, await this.decode(bolt11), amountMsat);
    const params = amountMsat === undefined ? { bolt11 } : { bolt11, amount_msat: `${amountMsat}msat` };
    return await this.#call('pay', params, options);
  }

  async #assertPayable(bolt11: string, invoice: Decoded, amountMsat: bigint | undefined): Promise<void> {
    const shown = shorten(bolt11);
    const refuse = (why: string, hint: string): never => {
      throw new LnPlayError('INVALID', `Invoice ${shown} ${why}`, { hint });
    };
    if (invoice.type !== 'bolt11 invoice') return;
    if (invoice.currency !== REGTEST_PREFIX)
      refuse(
        `is for the network with prefix ${JSON.stringify(invoice.currency)}, not regtest`,
        'a playground pays regtest invoices only: they begin with lnbcrt',
      );
    if (invoice.payee === (await this.id())) refuse(`is ${this.name}'s own`, 'have another node pay it');
    const expired = (invoice.created_at ?? 0) + (invoice.expiry ?? 0);
    if (expired * 1000 < Date.now())
      refuse(`expired at ${new Date(expired * 1000).toISOString()}`, 'make a new one with `ln-play invoice`');
    if (invoice.amount_msat === undefined && amountMsat === undefined)
      refuse('leaves the amount to the payer', 'say how much: ln-play pay NODE BOLT11 --amount 10sat');
    if (invoice.amount_msat !== undefined && amountMsat !== undefined && BigInt(invoice.amount_msat) !== amountMsat)
      refuse(
        `asks for ${formatMsat(BigInt(invoice.amount_msat))}, not ${formatMsat(amountMsat)}`,
        'leave out --amount',
      );
    const { pays } = (await this.#call('listpays', { bolt11 })) as { pays: { status: string }[] };
    if (pays.some(({ status }) => status === 'complete'))
      refuse(`is paid already, by ${this.name}`, 'make a new one with `ln-play invoice`');
  }
}

/** A normal channel whose other end has not sent its update yet is about to. */
const isLocked = (channel: PeerChannel): boolean =>
  !USABLE.has(channel.state) || !channel.peer_connected || isUsable(channel);

/** Whether a channel carries payments as this end sees it. */
export const isUsable = (channel: PeerChannel): boolean =>
  USABLE.has(channel.state) && channel.updates?.remote !== undefined && channel.short_channel_id !== undefined;

const shorten = (bolt11: string): string =>
  bolt11.length > 40 ? `${bolt11.slice(0, 24)}…${bolt11.slice(-8)}` : bolt11;
