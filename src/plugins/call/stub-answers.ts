import { CLN_VERSION } from '../../cln/version.js';
import type { JsonObject } from '../../rpc/json-rpc.js';

const ID = '02c9f03263824f6158d23c1b19a304f9689c782265662c07e35566f8c8d686f333';
const HASH = '66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925'; // of 32 zero bytes
const PREIMAGE = '0'.repeat(64);
const BOLT11 = `lnbcrt240p1stub${'q'.repeat(40)}`;

const invoice = {
  label: 'stub',
  bolt11: BOLT11,
  payment_hash: HASH,
  amount_msat: 24,
  status: 'unpaid',
  description: 'a stub',
  expires_at: 2_000_000_000,
  created_index: 1,
};

/**
 * What a plugin that is called without a node is told by the RPCs it makes: a node alone on regtest, with no channels, to
 * which every invoice is the same. The shapes are those of Core Lightning v26.06's schemas.
 */
export const STUB_ANSWERS: JsonObject = {
  getinfo: {
    id: ID,
    alias: 'stub',
    color: '02c9f0',
    num_peers: 0,
    num_pending_channels: 0,
    num_active_channels: 0,
    num_inactive_channels: 0,
    address: [],
    binding: [],
    version: CLN_VERSION,
    blockheight: 101,
    network: 'regtest',
    fees_collected_msat: 0,
    'lightning-dir': '/stub/regtest',
  },
  listpeers: { peers: [] },
  listpeerchannels: { channels: [] },
  listfunds: { outputs: [], channels: [] },
  listnodes: { nodes: [] },
  listchannels: { channels: [] },
  listinvoices: { invoices: [] },
  listpays: { pays: [] },
  listsendpays: { payments: [] },
  listforwards: { forwards: [] },
  listconfigs: { configs: {} },
  listdatastore: { datastore: [] },
  datastore: { key: ['stub'], generation: 0 },
  deldatastore: { key: ['stub'], generation: 0 },
  newaddr: {
    bech32: 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080',
    p2tr: 'bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6',
  },
  invoice: {
    bolt11: BOLT11,
    payment_hash: HASH,
    payment_secret: '11'.repeat(32),
    expires_at: 2_000_000_000,
    created_index: 1,
  },
  delinvoice: invoice,
  waitinvoice: {
    ...invoice,
    status: 'paid',
    amount_received_msat: 24,
    paid_at: 1_700_000_000,
    pay_index: 1,
    payment_preimage: PREIMAGE,
  },
  waitanyinvoice: {
    ...invoice,
    status: 'paid',
    amount_received_msat: 24,
    paid_at: 1_700_000_000,
    pay_index: 1,
    payment_preimage: PREIMAGE,
  },
  decode: {
    type: 'bolt11 invoice',
    valid: true,
    currency: 'bcrt',
    created_at: 1_700_000_000,
    expiry: 604_800,
    payee: ID,
    amount_msat: 24,
    description: 'a stub',
    min_final_cltv_expiry: 10,
    payment_secret: '11'.repeat(32),
    payment_hash: HASH,
    signature: '30',
  },
  pay: {
    destination: ID,
    payment_hash: HASH,
    created_at: 1_700_000_000,
    parts: 1,
    amount_msat: 24,
    amount_sent_msat: 24,
    payment_preimage: PREIMAGE,
    status: 'complete',
  },
  xpay: { payment_preimage: PREIMAGE, failed_parts: 0, successful_parts: 1, amount_msat: 24, amount_sent_msat: 24 },
  makesecret: { secret: '22'.repeat(32) },
  waitblockheight: { blockheight: 101 },
  feerates: { perkw: { min_acceptable: 253, max_acceptable: 4_294_967_295, floor: 253, estimates: [] } },
  help: { help: [] },
  plugin: { command: 'list', plugins: [] },
  sendcustommsg: { status: 'Message sent to connectd' },
};
