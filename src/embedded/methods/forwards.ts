import type { NodeParts } from '../node/parts.js';
import { forwardOf, type ForwardRecord } from '../node/payments/forwards.js';
import type { Method } from '../context.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { oneOf, shortChannelId, u32, u64 } from '../rpc/params.js';

const status = oneOf('offered', 'settled', 'local_failed', 'failed');
const index = oneOf('created', 'updated');

/** lightning-listforwards(7) */
export const forwardMethods = ({ forwards }: Pick<NodeParts, 'forwards'>): readonly Method[] => [
  method({
    name: 'listforwards',
    category: 'channels',
    params: [
      { name: 'status', type: status },
      { name: 'in_channel', type: shortChannelId },
      { name: 'out_channel', type: shortChannelId },
      { name: 'index', type: index },
      { name: 'start', type: u64 },
      { name: 'limit', type: u32 },
    ],
    handle: ({ status: wanted, in_channel: from, out_channel: to, index: by, start, limit }) => {
      if (by === undefined && (start !== undefined || limit !== undefined))
        throw new RpcError(CODE.INVALID_PARAMS, 'Can only specify {start} or {limit} with {index}');
      const matches = (forward: ForwardRecord): boolean =>
        (wanted === undefined || forward.status === wanted) &&
        (from === undefined || forward.inChannel === from) &&
        (to === undefined || forward.outChannel === to) &&
        (start === undefined || BigInt(forward.createdIndex) >= start);
      const found = forwards.list().filter(matches).slice(0, limit);
      return { forwards: found.map((forward) => ({ created_index: forward.createdIndex, ...forwardOf(forward) })) };
    },
  }),
];
