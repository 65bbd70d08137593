import type { BitcoindRpc } from '../../rpc/bitcoind.js';
import type { Fees } from '../chain/fees.js';
import type { Wallet } from '../chain/wallet.js';
import type { Context, RunningNode } from '../context.js';
import type { Graph } from '../ldk/graph.js';
import type { Offer } from '../ldk/offers.js';
import type { LdkPayments } from '../ldk/payments.js';
import type { Routes } from '../ldk/routes.js';
import type { ChainWatch } from './chain-watch.js';
import type { Closing } from './channels/closing.js';
import type { Opening } from './channels/opening.js';
import type { Policy } from './channels/policy.js';
import type { Channels } from './channels/record.js';
import type { ChannelViews } from './channels/view.js';
import type { Identity } from './identity.js';
import type { Forwards } from './payments/forwards.js';
import type { Invoices } from './payments/invoices.js';
import type { Receiving } from './payments/receiving.js';
import type { Sending } from './payments/sending.js';
import type { PeerAddress } from './peers/addresses.js';
import type { Dialer } from './peers/dialer.js';
import type { Peers } from './peers/peers.js';
import type { Waiters } from './waiters.js';
import type { Withdrawal } from './wallet/withdrawal.js';

/** The parts of the node that its RPC methods are made of. */
export interface NodeParts {
  readonly options: Context['options'];
  readonly identity: Identity;
  readonly nodeSecret: Uint8Array;
  readonly features: NonNullable<RunningNode['features']>;
  readonly rpc: BitcoindRpc;
  readonly fees: Fees;
  readonly wallet: Wallet;
  readonly withdrawal: Withdrawal;
  readonly channels: Channels;
  readonly views: ChannelViews;
  readonly opening: Opening;
  readonly closing: Closing;
  readonly policy: Policy;
  readonly invoices: Invoices;
  readonly sending: Sending;
  readonly receiving: Receiving;
  readonly forwards: Forwards;
  readonly payments: Pick<LdkPayments, 'payeeOf' | 'toInvoice' | 'toNode'>;
  readonly routes: Routes;
  readonly graph: Graph;
  readonly peers: Peers;
  readonly dialer: Dialer;
  readonly bindings: readonly PeerAddress[];
  readonly chain: Pick<ChainWatch, 'sync' | 'waitHeight'>;
  /** The height up to which the chain is known. */
  readonly height: () => number;
  /** Woken with each commit. */
  readonly changes: Waiters;
  readonly readOffer: (text: string) => Offer | undefined;
}
