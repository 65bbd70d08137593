/**
 * The results of the lightningd methods that ln-play itself reads, as Core Lightning v26.06's schemas have them: CLN's
 * own snake_case names, msat as numbers. Fields that nothing here reads are left out, though they are there.
 */
export interface LightningMethods {
  getinfo: GetinfoResult;
  listpeers: { peers: Peer[] };
  listpeerchannels: { channels: PeerChannel[] };
  listchannels: { channels: { source: string; short_channel_id: string; public: boolean }[] };
  disconnect: object;
  listfunds: { outputs: FundsOutput[]; channels: FundsChannel[] };
  connect: { id: string; features: string; direction: 'in' | 'out'; address: Binding };
  newaddr: { bech32?: string; p2tr?: string };
  fundchannel: { tx: string; txid: string; outnum: number; channel_id: string };
  close: { type: 'mutual' | 'unilateral' | 'unopened'; tx?: string; txid?: string; txids?: string[] };
  invoice: { bolt11: string; payment_hash: string; payment_secret: string; expires_at: number };
  listinvoices: { invoices: Invoice[] };
  pay: PayResult;
  keysend: PayResult;
  xpay: XpayResult;
  xkeysend: XpayResult;
  decode: Decoded;
  waitblockheight: { blockheight: number };
  listpays: { pays: { status: PayResult['status']; payment_hash: string }[] };
  feerates: { perkw: { floor: number; estimates: { blockcount: number; feerate: number }[] } };
  stop: { result: string };
  listconfigs: { configs?: { readonly [option: string]: ConfigEntry } };
  plugin: { command: string; plugins?: { name: string; active: boolean; dynamic: boolean }[]; result?: string };
}

/** lightning-listconfigs(7): where the option's values come from, its plugin, and `value_str`, `values_int`, `set`, …. */
export interface ConfigEntry {
  source?: string;
  sources?: string[];
  plugin?: string;
  [value: string]: unknown;
}

/** lightning-listpeers(7) */
export interface Peer {
  id: string;
  connected: boolean;
  num_channels: number;
  netaddr?: string[];
}

export interface Binding {
  type: string;
  address?: string;
  port?: number;
  socket?: string;
}

/** lightning-getinfo(7) */
export interface GetinfoResult {
  id: string;
  alias?: string;
  color: string;
  num_peers: number;
  num_pending_channels: number;
  num_active_channels: number;
  num_inactive_channels: number;
  address: Binding[];
  binding?: Binding[];
  version: string;
  blockheight: number;
  network: string;
  'lightning-dir': string;
  warning_bitcoind_sync?: string;
  warning_lightningd_sync?: string;
}

/** A channel of lightning-listpeerchannels(7). */
export interface PeerChannel {
  peer_id: string;
  peer_connected: boolean;
  /** Whether both ends have agreed, since they are connected, on where the channel stands. */
  reestablished?: boolean;
  state: string;
  short_channel_id?: string;
  channel_id?: string;
  funding_txid?: string;
  funding_outnum?: number;
  to_us_msat?: number;
  total_msat?: number;
  spendable_msat?: number;
  receivable_msat?: number;
  opener: 'local' | 'remote';
  private?: boolean;
  updates?: { local?: ChannelUpdate; remote?: ChannelUpdate };
  htlcs?: { direction: 'in' | 'out'; amount_msat: number; payment_hash: string; state: string; status?: string }[];
  status?: string[];
}

/** What one end asks of payments through a channel, in lightning-listpeerchannels(7). */
export interface ChannelUpdate {
  htlc_minimum_msat: number;
  htlc_maximum_msat: number;
  cltv_expiry_delta: number;
  fee_base_msat: number;
  fee_proportional_millionths: number;
}

/** lightning-listfunds(7) */
export interface FundsOutput {
  txid: string;
  output: number;
  amount_msat: number;
  address?: string;
  status: 'unconfirmed' | 'confirmed' | 'spent' | 'immature';
  blockheight?: number;
  reserved: boolean;
}

export interface FundsChannel {
  peer_id: string;
  connected: boolean;
  state: string;
  our_amount_msat: number;
  amount_msat: number;
  funding_txid: string;
  funding_output: number;
  short_channel_id?: string;
}

/** lightning-listinvoices(7) */
export interface Invoice {
  label: string;
  status: 'paid' | 'unpaid' | 'expired';
  payment_hash: string;
  bolt11?: string;
  amount_msat?: number;
  amount_received_msat?: number;
  description?: string;
  expires_at: number;
  payment_preimage?: string;
  paid_at?: number;
}

/** lightning-pay(7) */
export interface PayResult {
  status: 'complete' | 'pending' | 'failed';
  payment_preimage: string;
  payment_hash: string;
  amount_msat: number;
  amount_sent_msat: number;
  destination?: string;
  created_at: number;
  parts: number;
}

/** lightning-xpay(7), lightning-xkeysend(7) */
export interface XpayResult {
  payment_preimage: string;
  amount_msat: number;
  amount_sent_msat: number;
}

/** lightning-decode(7), of a BOLT #11 invoice. */
export interface Decoded {
  type: string;
  valid: boolean;
  currency?: string;
  payee?: string;
  amount_msat?: number;
  description?: string;
  payment_hash?: string;
  created_at?: number;
  expiry?: number;
}
