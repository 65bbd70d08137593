import type { Method } from '../context.js';
import type { Node } from '../ldk/node.js';
import { chainMethods } from './chain.js';
import { channelMethods } from './channels.js';
import { decodeMethods } from './decode.js';
import { forwardMethods } from './forwards.js';
import { fundingMethods } from './funding.js';
import { graphMethods } from './graph.js';
import { infoMethods } from './info.js';
import { invoiceMethods } from './invoices.js';
import { keysendMethods } from './keysend.js';
import { listPaymentMethods } from './list-payments.js';
import { messageMethods } from './messages.js';
import { payMethods } from './pay.js';
import { peerMethods } from './peers.js';
import { routeMethods } from './routes.js';
import { setchannelMethods } from './setchannel.js';
import { waitMethods } from './wait.js';
import { walletMethods } from './wallet.js';

/** All RPC methods that are about the Lightning node. */
export const nodeMethods = (node: Node): readonly Method[] => [
  ...infoMethods(node),
  ...peerMethods(node),
  ...walletMethods(node),
  ...fundingMethods(node),
  ...channelMethods(node),
  ...setchannelMethods(node),
  ...invoiceMethods(node),
  ...payMethods(node),
  ...keysendMethods(node),
  ...listPaymentMethods(node),
  ...graphMethods(node),
  ...routeMethods(node),
  ...forwardMethods(node),
  ...chainMethods(node),
  ...decodeMethods(node),
  ...messageMethods(node),
  ...waitMethods(node),
];
