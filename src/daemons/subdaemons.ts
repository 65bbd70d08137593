import { basename } from 'node:path';
import type { OwnPlugin } from './install-plugin.js';

/** What each process below a lightningd is for, in a line: Core Lightning's subdaemons and the plugins that it ships. */
const PURPOSES: { readonly [program: string]: string } = {
  lightning_hsmd: 'holds the secrets: signs, and gives no key away',
  lightning_connectd: 'makes and takes connections, shakes hands, then hands the peer on',
  lightning_gossipd: 'hears and tells which nodes and channels there are',
  lightning_openingd: 'opens a channel with one peer',
  lightning_dualopend: 'opens a channel that both sides fund',
  lightning_channeld: 'runs one channel with one peer: payments in and out',
  lightning_closingd: 'agrees with one peer on the closing transaction',
  lightning_onchaind: 'follows a channel that went on chain',
  lightning_websocketd: 'speaks websocket for a peer',
  autoclean: 'plugin: forgets old invoices, payments and forwards',
  bcli: 'plugin: asks bitcoind, by bitcoin-cli',
  bookkeeper: 'plugin: keeps the books of every coin that moves',
  chanbackup: "plugin: keeps peers' channel backups",
  'cln-askrene': 'plugin: finds routes for payments',
  'cln-bwatch': 'plugin: watches the chain',
  'cln-renepay': 'plugin: the renepay command',
  'cln-xpay': 'plugin: the xpay command, and pay by default',
  commando: 'plugin: RPC from one node to another, by runes',
  exposesecret: 'plugin: the exposesecret command',
  funder: "plugin: whether to add funds to a peer's channel",
  keysend: 'plugin: payments without an invoice',
  offers: 'plugin: BOLT #12 offers and invoices',
  pay: 'plugin: the older pay command',
  recklessrpc: 'plugin: installs plugins of others',
  recover: 'plugin: recovers funds after a loss',
  spenderp: 'plugin: funds many channels at once, splices, withdraws',
  sql: 'plugin: SQL over what the node knows',
  topology: 'plugin: listchannels, listnodes, getroute',
  txprepare: 'plugin: makes and sends transactions step by step',
};

/** What `--dev-debugger` can be for, as Core Lightning's lightningd starts them: `connectd`, `hsmd`, … */
export const SUBDAEMONS: readonly string[] = Object.keys(PURPOSES)
  .filter((program) => program.startsWith('lightning_') && program !== 'lightning_websocketd') // connectd starts that one
  .map((program) => program.replace('lightning_', ''));

/** Our own plugins. */
const OWN: { readonly [program in OwnPlugin]: string } = {
  'bitcoin-backend': "plugin: ln-play's way to bitcoind; says at once when there is a new block",
  'peer-screen': 'plugin: keeps peers apart, as partition and link have it',
  'web-feed': 'plugin: tells ln-play web what happens',
};

/** The program that a command line runs, without its folder, and what it is for. */
export function describeProcess(args: readonly string[]): { readonly program: string; readonly purpose: string } {
  for (const [program, purpose] of Object.entries(OWN))
    if (args.some((arg) => arg.endsWith(`/${program}/main.js`))) return { program, purpose };
  const script = /\/(node|python3?[\d.]*|sh|bash)$/.test(args[0] ?? '')
    ? args.slice(1).find((arg) => !arg.startsWith('-'))
    : undefined;
  const program = basename(script ?? args[0] ?? '');
  return { program, purpose: PURPOSES[program] ?? '' };
}
