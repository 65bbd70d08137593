import { expect, test } from 'vitest';
import { LnPlayError } from '../../../src/core/errors.js';
import { failureReason } from '../../../src/nodes/cln/payment-failure.js';
import { LightningRpcError } from '../../../src/rpc/lightning-socket.js';

/** What lightningd v26.06 and the embedded one answer. */
test.each([
  [205, 'Failed: We could not find a usable set of paths. The shortest path is 113x1x0->114x1x0, but 113x1x0/0 layer auto.localchans says max is 84684988msat', 'insufficient_funds'],
  [205, 'Failed: We could not find a usable set of paths.  Our channels can send only 5msat of 10msat.', 'insufficient_funds'],
  [205, 'Failed: We could not find a usable set of paths.  There is no connection between source and destination at all', 'route_not_found'],
  [203, "Destination said it doesn't know invoice: WIRE_INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS", 'incorrect_or_unknown_payment_details'],
  [209, "Failed after 2 attempts. We got temporary_channel_failure for 1x1x1/0, assuming it can't carry 9msat. We got fee_insufficient for 2x1x1/0, assuming it can't carry 9msat. Then routing failed: x", 'fee_insufficient'],
  [210, 'Timed out: no further attempts within retry_for', 'stopped_retrying'],
  [9999, 'a plugin of its own', 'code_9999'],
])('%i %s: %s', (code, message, reason) => {
  expect(failureReason(new LightningRpcError('l1', 'pay', { code, message }))).toBe(reason);
}); // prettier-ignore

test('a name in the data counts too', () => {
  const data = { failcodename: 'WIRE_UNKNOWN_NEXT_PEER' };
  expect(failureReason(new LightningRpcError('l1', 'pay', { code: 204, message: 'failed', data }))).toBe(
    'unknown_next_peer',
  );
});

test('what is no answer of a node has its code for a reason', () => {
  expect(failureReason(new LnPlayError('INVALID', 'Invoice is paid already'))).toBe('invalid');
});
