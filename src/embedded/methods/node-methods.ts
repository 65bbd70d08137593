import type { Method } from '../context.js';
import { CODE } from '../../cln/error-codes.js';
import type { NodeParts } from '../node/parts.js';
import { NodeError } from '../node/errors.js';
import { RpcError } from '../rpc/errors.js';
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

/** All RPC methods that are about the Lightning node, each with the parts that it needs. */
export const nodeMethods = (parts: NodeParts): readonly Method[] =>
  [
    ...infoMethods(parts),
    ...peerMethods(parts),
    ...walletMethods(parts),
    ...fundingMethods(parts),
    ...channelMethods(parts),
    ...setchannelMethods(parts),
    ...invoiceMethods(parts),
    ...payMethods(parts),
    ...keysendMethods(parts),
    ...listPaymentMethods(parts),
    ...graphMethods(parts),
    ...routeMethods(parts),
    ...forwardMethods(parts),
    ...chainMethods(parts),
    ...decodeMethods(parts),
    ...messageMethods(parts),
    ...waitMethods(parts),
  ].map(withRpcErrors);

/** What the node cannot do becomes the method's error. */
const withRpcErrors = (method: Method): Method => ({
  ...method,
  handle: async (args, call) => {
    try {
      return await method.handle(args, call);
    } catch (error) {
      throw error instanceof NodeError ? new RpcError(CODE[error.code], error.message) : error;
    }
  },
});
