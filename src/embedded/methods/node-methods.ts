import type { Method } from '../context.js';
import type { Node } from '../ldk/node.js';
import { chainMethods } from './chain.js';
import { channelMethods } from './channels.js';
import { fundingMethods } from './funding.js';
import { infoMethods } from './info.js';
import { invoiceMethods } from './invoices.js';
import { paymentMethods } from './payments.js';
import { peerMethods } from './peers.js';
import { walletMethods } from './wallet.js';

/** All RPC methods that are about the Lightning node. */
export const nodeMethods = (node: Node): readonly Method[] => [
  ...infoMethods(node),
  ...peerMethods(node),
  ...walletMethods(node),
  ...fundingMethods(node),
  ...channelMethods(node),
  ...invoiceMethods(node),
  ...paymentMethods(node),
  ...chainMethods(node),
];
