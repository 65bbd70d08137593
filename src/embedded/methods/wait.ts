import type { NodeParts } from '../node/parts.js';
import type { Method } from '../context.js';
import { method } from '../rpc/method.js';
import { oneOf, u64 } from '../rpc/params.js';

const subsystem = oneOf('invoices', 'forwards', 'sendpays');
const indexname = oneOf('created', 'updated', 'deleted');

/** lightning-wait(7) */
export const waitMethods = ({
  invoices,
  forwards,
  sending,
  changes,
}: Pick<NodeParts, 'invoices' | 'forwards' | 'sending' | 'changes'>): readonly Method[] => [
  method({
    name: 'wait',
    category: 'utility',
    params: [
      { name: 'subsystem', type: subsystem, required: true },
      { name: 'indexname', type: indexname, required: true },
      { name: 'nextvalue', type: u64, required: true },
    ],
    handle: async ({ subsystem: what, indexname: index, nextvalue }, call) => {
      const indexes = { invoices, forwards, sendpays: sending }[what];
      const reached = (): number | undefined => {
        const value = indexes.indexes[index];
        return BigInt(value) >= nextvalue ? value : undefined;
      };
      const value = await changes.until(reached, call.disconnected);
      return { subsystem: what, [index]: value ?? indexes.indexes[index] };
    },
  }),
];
