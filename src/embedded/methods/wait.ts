import type { Method } from '../context.js';
import type { Node } from '../ldk/node.js';
import { method } from '../rpc/method.js';
import { oneOf, u64 } from '../rpc/params.js';

const subsystem = oneOf('invoices', 'forwards', 'sendpays');
const indexname = oneOf('created', 'updated', 'deleted');

/** lightning-wait(7) */
export const waitMethods = (node: Node): readonly Method[] => [
  method({
    name: 'wait',
    category: 'utility',
    params: [
      { name: 'subsystem', type: subsystem, required: true },
      { name: 'indexname', type: indexname, required: true },
      { name: 'nextvalue', type: u64, required: true },
    ],
    handle: async ({ subsystem: what, indexname: index, nextvalue }, call) => {
      const indexes = { invoices: node.invoices, forwards: node.forwards, sendpays: node.payments }[what];
      const reached = (): number | undefined => {
        const value = indexes.indexes[index];
        return BigInt(value) >= nextvalue ? value : undefined;
      };
      const value = await node.changes.until(reached, call.disconnected);
      return { subsystem: what, [index]: value ?? indexes.indexes[index] };
    },
  }),
];
