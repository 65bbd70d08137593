import { LnPlayError } from '../core/errors.js';
import type { WaitOptions } from '../core/wait.js';
import type { Daemon, ReadyOptions } from '../daemons/daemon.js';

import type { Implementation } from '../daemons/implementation.js';
import type { Setting } from '../daemons/settings.js';

/**
 * A lightning node as a network needs it, in no implementation's words: whoever works with a network of nodes uses this
 * alone. See docs/architecture.md for how another implementation is added.
 *
 * What a node answers with an error is thrown as it is, with the code RPC; a node that dies meanwhile throws its death.
 */
export interface LightningNode {
  readonly name: string;
  readonly implementation: Implementation;
  /** Its process, named as the node is. */
  readonly daemon: Daemon;
  /** Where all of it lies. */
  readonly folder: string;
  /** What a person edits. */
  readonly configFile: string;
  /** Where its RPC is to be had: the path of a socket. */
  readonly rpcAddress: string;

  /**
   * Writes what it needs before it starts: config and key, at the first time alone, and what the setup says of bitcoind,
   * options and plugins.
   *
   * @returns what takes options and plugins back, should it not start with them
   */
  prepare(setup: NodeSetup): Promise<() => Promise<void>>;
  /** What its config has for an option: '' for a flag, undefined if it is not set. */
  configured(key: string): Promise<string | undefined>;
  /** What its config has besides what a new node's has: a person's, or a setup's. */
  ownSettings(): Promise<OwnSettings>;
  /**
   * Makes its config name what it names in the folder `from` in the folder `to`, and has it look for no peer at an address
   * where it found one there.
   *
   * @param options isCopy: the other one is there still, with its ports
   */
  rebase(from: string, to: string, options?: { readonly isCopy: boolean }): Promise<void>;
  /**
   * Takes out of its config whatever has it run a program, write elsewhere or listen to others: the config is somebody
   * else's. It must not run.
   *
   * @param place where its folder, and bitcoind's, will be when it runs
   * @returns what was taken out, as a person says it
   */
  disarm(place: { readonly folder: string; readonly bitcoinDatadir: string }): Promise<string[]>;
  /** Removes what it has of a chain that is gone; config, log and key stay. It must not run. */
  forget(): Promise<void>;
  /** @param debug a part of it that is to wait for a debugger */
  start(debug?: string): Promise<void>;
  /** Waits until it answers, and has caught up with the chain. */
  waitReady(wait?: ReadyOptions): Promise<void>;
  /** What holds its start up, where it runs and doesn't answer yet: `l1 waits for its plugin …`; undefined if that is unknown. */
  heldUpBy(): Promise<string | undefined>;
  /** Lets go of connections to it, and of what is known of it; it runs on. */
  disconnect(): void;

  /** Its node id: 33 bytes, hex. */
  id(): Promise<string>;
  /** The id that it had when it ran last, whether it runs or not; undefined if it never did. */
  formerId(): Promise<string | undefined>;
  info(options?: AskOptions): Promise<NodeInfo>;
  /** How a peer connects to it: `ID@HOST`, `HOST` being what `connect` takes. */
  address(): Promise<string>;
  /** Its last block. One of this height is waited for, for some seconds, by one question instead of many. */
  tip(height?: number): Promise<Tip>;

  /** A fresh address of its wallet. */
  newAddress(): Promise<string>;
  /** What its wallet has on chain. */
  funds(options?: AskOptions): Promise<Coin[]>;
  feerates(): Promise<Feerates>;

  /** What it knows of a peer: undefined if it neither is connected to it nor has a channel with it. */
  peer(id: string): Promise<Peer | undefined>;
  /** @param address as `address` gives it */
  connect(address: string): Promise<void>;
  /** Lets go of a peer that it has no channel with. */
  leave(peerId: string): Promise<void>;
  /** Ends the connection to a peer, whatever is under way in it. */
  hangUp(peerId: string): Promise<void>;
  /** Has it be connected to its peers only as a file says from now on (daemons/peer-screen/rules.ts), until it ends. */
  screenPeers(rulesFile: string): Promise<void>;
  /** Ends that. */
  unscreenPeers(rulesFile: string): Promise<void>;
  /** Whether it can tell what happens; see `tell`. */
  readonly tells: boolean;
  /**
   * Has it tell what happens to whoever listens at a unix socket, as lines of JSON `{ node, topic, params }`, until nobody
   * listens any more, or it ends; nothing of it is in its config.
   */
  tell(socket: string): Promise<void>;
  /** Has it exchange with a peer at once what it would else hold back until there is more to say. */
  nudge(peerId: string): Promise<void>;

  /** Its channels, with this peer alone where one is named. */
  channels(peerId?: string, options?: AskOptions): Promise<Channel[]>;
  /** @throws {NotEnoughFunds} */
  open(peerId: string, options: OpenOptions, wait?: WaitOptions): Promise<FundedChannel>;
  /** @param options force: with its commitment transaction, without asking the other end */
  close(channel: Channel, options: { readonly force: boolean }, wait?: WaitOptions): Promise<Closing>;
  /** What it asks of payments that it forwards through a channel; what is not named stays as it is. */
  setPolicy(channel: Channel, policy: Policy): Promise<void>;
  /** Brings what it has heard of the network to disk, where it does not do so at once; nothing, if it does not answer. */
  keepGossip(): Promise<void>;
  /** What it has heard of the network's public channels: each side of one for itself. */
  gossip(): Promise<HeardChannel[]>;

  /** @param amountMsat undefined: the payer chooses */
  invoice(amountMsat: bigint | undefined, options?: InvoiceOptions): Promise<NewInvoice>;
  /** The invoice with this payment hash, if it made it. */
  invoiceByHash(paymentHash: string): Promise<Invoice | undefined>;
  invoices(options?: AskOptions): Promise<Invoice[]>;
  /** @throws {LnPlayError} USAGE for what is no invoice */
  decode(bolt11: string): Promise<DecodedInvoice>;
  /** @param amountMsat for an invoice that leaves the amount to the payer */
  pay(bolt11: string, amountMsat?: bigint, wait?: WaitOptions): Promise<Payment>;
  /** Pays a node that made no invoice for it. */
  keysend(payeeId: string, amountMsat: bigint, wait?: WaitOptions): Promise<Payment>;
  /**
   * Why a payment failed, of the error that `pay` or `keysend` threw: in one word, which is the name that BOLT #4 has for
   * it where the node tells that (`temporary_channel_failure`).
   */
  failureReason(error: LnPlayError): string;
  /** Its payment of the invoice with this hash, if it has tried one. */
  payment(paymentHash: string): Promise<{ readonly status: PaymentStatus } | undefined>;
}

export interface AskOptions {
  /** How long it may take to answer, in ms; by default as long as it takes. */
  readonly timeoutMs?: number | undefined;
}

/** What a node is to be before it starts, and the bitcoind that it gets, as the node sees it. */
export interface NodeSetup {
  readonly alias: string;
  /** Six hex digits. */
  readonly colour: string;
  readonly listen: 'socket' | 'tcp';
  /** 32 bytes that its keys are made of; undefined: it makes its own random ones. */
  readonly secret: Uint8Array | undefined;
  readonly bitcoind: { readonly datadir: string; readonly rpcPort: number; readonly cli: string | undefined };
  readonly options: readonly Setting[];
  /** Absolute paths. */
  readonly plugins: readonly string[];
  /** Of its own settings, what is to be no more. */
  readonly without?: { readonly options: readonly string[]; readonly plugins: readonly string[] } | undefined;
}

export interface OwnSettings {
  readonly options: readonly Setting[];
  /** Paths of the plugins that start with it. */
  readonly plugins: readonly string[];
}

/** A side of a public channel, as its node has told the network (BOLT #7, `channel_update`). */
export interface HeardChannel {
  readonly shortChannelId: string;
  /** The node id of whose side it is. */
  readonly source: string;
}

export interface NodeInfo {
  readonly id: string;
  readonly alias: string | undefined;
  /** Six hex digits. */
  readonly colour: string | undefined;
  readonly version: string;
  readonly blockHeight: number;
  readonly peerCount: number;
  /** Where it listens: a socket's path, or HOST:PORT. */
  readonly listens: readonly string[];
}

/** The last block that it has seen. */
export interface Tip {
  readonly height: number;
  /** undefined if it can't tell. */
  readonly hash: string | undefined;
}

export interface Coin {
  readonly txid: string;
  readonly output: number;
  readonly amountMsat: bigint;
  readonly status: 'unconfirmed' | 'confirmed' | 'spent' | 'immature';
  /** Whether it is set aside for a transaction. */
  readonly reserved: boolean;
}

export interface Feerates {
  /** Below this it makes no transaction. */
  readonly floorPerKw: number;
  readonly estimates: readonly { readonly blocks: number; readonly perKw: number }[];
}

export interface Peer {
  readonly connected: boolean;
  readonly channelCount: number;
}

/**
 * Where a channel is in its life:
 * `opening`: the two agree on it, and either may still leave;
 * `awaiting-funding`: its funding transaction is not there yet, or not deep enough, or not known to be by both;
 * `normal`: open for payments;
 * `shutting-down`: the two agree on how it ends, which takes no block;
 * `closing`: a transaction that ends it waits for its block;
 * `on-chain`: such a transaction is in the chain, and its outputs are being taken;
 * `closed`: nothing is left to do.
 */
export type ChannelPhase =
  'opening' | 'awaiting-funding' | 'normal' | 'shutting-down' | 'closing' | 'on-chain' | 'closed';

/** The phases in which there is a transaction that ends the channel: it is open no more. */
export const ENDED: ReadonlySet<string> = new Set<ChannelPhase>(['closing', 'on-chain', 'closed']);

/** A channel as one of its ends sees it. */
export interface Channel {
  /** 32 bytes, hex; undefined for one that has none yet. */
  readonly id: string | undefined;
  readonly shortChannelId: string | undefined;
  /** The node id of the other end. */
  readonly peer: string;
  readonly capacityMsat: bigint;
  readonly oursMsat: bigint;
  readonly spendableMsat: bigint;
  readonly phase: ChannelPhase;
  /** What its implementation calls the phase: to be shown, not to be compared. */
  readonly state: string;
  /** Whether it carries payments: it is normal, and has all from the other end that this takes. */
  readonly usable: boolean;
  readonly connected: boolean;
  /** Whether both ends have agreed, since they are connected, on where it stands. */
  readonly established: boolean;
  /** Whether it is kept from the network. */
  readonly private: boolean;
  /** What this end asks of payments that it forwards through it. */
  readonly policy: Policy;
  readonly openedByUs: boolean;
  readonly funding: { readonly txid: string; readonly output: number } | undefined;
  /** The payments under way in it. */
  readonly payments: readonly ChannelPayment[];
}

export interface ChannelPayment {
  readonly hash: string;
  /** Both ends have committed to it, and it goes on only when somebody further along settles it. */
  readonly committed: boolean;
  readonly amountMsat: bigint;
  /** Whether it is this end that offers it. */
  readonly isOurs: boolean;
  /** What its implementation calls the stage that it is in: to be shown, not to be compared. */
  readonly state: string;
}

export interface OpenOptions {
  readonly capacitySat: bigint;
  /** As lightningd takes it: `253perkw`. */
  readonly feerate?: string | undefined;
  /** Tell the network of it (after 6 blocks); true by default. */
  readonly announce?: boolean | undefined;
  /** What is the other end's from the beginning. */
  readonly pushMsat?: bigint | undefined;
  /** Blocks on its funding transaction before it carries payments; by default as many as the other end asks for. */
  readonly confirmations?: number | undefined;
  /** The coins that pay for it; by default those that the node chooses. */
  readonly coins?: readonly Pick<Coin, 'txid' | 'output'>[] | undefined;
}

/** A channel whose funding transaction waits for its block. */
export interface FundedChannel {
  readonly channelId: string;
  readonly fundingTxid: string;
}

export interface Closing {
  /** Both agreed; one went on chain alone; or it was never funded. */
  readonly type: 'mutual' | 'unilateral' | 'unopened';
  /** Of the transaction that ends it, as far as the node tells. */
  readonly txid: string | undefined;
}

/** BOLT #7, `channel_update`. */
export interface Policy {
  readonly baseMsat?: bigint | undefined;
  readonly perMillion?: number | undefined;
  /** Blocks between an HTLC that comes in and the one that goes out. */
  readonly cltvDelta?: number | undefined;
  readonly htlcMinMsat?: bigint | undefined;
  readonly htlcMaxMsat?: bigint | undefined;
}

export interface InvoiceOptions {
  /** A name that no other invoice of the node has; random by default. */
  readonly label?: string | undefined;
  readonly description?: string | undefined;
}

export interface NewInvoice {
  readonly label: string;
  readonly bolt11: string;
  readonly paymentHash: string;
  /** In seconds since 1970. */
  readonly expiresAt: number;
}

export interface Invoice {
  readonly label: string;
  readonly paymentHash: string;
  readonly status: 'paid' | 'unpaid' | 'expired';
  /** undefined if the payer chooses. */
  readonly amountMsat: bigint | undefined;
  readonly receivedMsat: bigint | undefined;
  /** All that the node says of it, in its own words: to be shown. */
  readonly record: object;
}

export interface DecodedInvoice {
  readonly kind: 'bolt11' | 'other';
  /** The prefix of its network: `bcrt`. */
  readonly network: string | undefined;
  readonly payee: string | undefined;
  readonly paymentHash: string | undefined;
  readonly amountMsat: bigint | undefined;
  /** In seconds since 1970. */
  readonly expiresAt: number;
  /** All that it says, in the node's own words: to be shown. */
  readonly record: object;
}

export type PaymentStatus = 'complete' | 'pending' | 'failed';

export interface Payment {
  readonly status: PaymentStatus;
  readonly preimage: string;
  /** What arrived, and what it took. */
  readonly amountMsat: bigint;
  readonly sentMsat: bigint;
  /** All that the node says of it, in its own words: to be shown. */
  readonly record: object;
}

/** The wallet has too little for what it was asked to fund; `cause` is the node's own error. */
export class NotEnoughFunds extends LnPlayError {
  constructor(cause: Error) {
    super('INVALID', cause.message, { hint: 'fund it first: ln-play fund NODE 1btc', cause });
  }
}
