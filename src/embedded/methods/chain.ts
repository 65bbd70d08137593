import type { Method } from '../context.js';
import type { Node } from '../ldk/node.js';
import { CODE, RpcError } from '../rpc/errors.js';
import { method } from '../rpc/method.js';
import { u32 } from '../rpc/params.js';

const DEFAULT_TIMEOUT_SECONDS = 60;

/** lightning-waitblockheight(7) */
export const chainMethods = (node: Node): readonly Method[] => [
  method({
    name: 'waitblockheight',
    category: 'utility',
    params: [
      { name: 'blockheight', type: u32, required: true },
      { name: 'timeout', type: u32, default: DEFAULT_TIMEOUT_SECONDS },
    ],
    handle: async ({ blockheight, timeout }, call) => {
      const limit = AbortSignal.any([call.disconnected, AbortSignal.timeout(timeout * 1000)]);
      if (!(await node.waitHeight(blockheight, limit))) throw new RpcError(CODE.WAIT_TIMEOUT, 'Timed out.');
      return { blockheight: node.engine.best.height };
    },
  }),
];
