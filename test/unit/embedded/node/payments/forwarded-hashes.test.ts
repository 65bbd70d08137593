import { expect, test } from 'vitest';
import type { Htlc } from '../../../../../src/embedded/ldk/live-channel.js';
import { ForwardedHashes } from '../../../../../src/embedded/node/payments/forwarded-hashes.js';
import { liveChannel } from '../support.js';

const into = (id: number, paymentHash: string, amountMsat: number): Htlc => ({
  direction: 'in',
  id,
  paymentHash,
  amountMsat,
  expiry: 100,
  state: 'RCVD_ADD_ACK_REVOCATION',
  isFulfilled: false,
  isDust: false,
});
const outOf = (paymentHash: string, amountMsat: number, isFulfilled = true): Htlc => ({
  ...into(0, paymentHash, amountMsat),
  direction: 'out',
  isFulfilled,
});
const FORWARDED = { from: 'a', to: 'b', outMsat: 100, feeMsat: 1 };

test('a forward is of the payment whose HTLCs are in both channels, the outgoing one fulfilled', () => {
  const incoming = [into(1, 'held', 101), into(2, 'other', 201), into(3, 'first', 101), into(4, 'second', 101)];
  const outgoing = [outOf('held', 100, false), outOf('other', 200), outOf('first', 100), outOf('second', 100)];
  const hashes = new ForwardedHashes(() => [
    liveChannel({ channelId: 'a', htlcs: incoming }),
    liveChannel({ channelId: 'b', htlcs: outgoing }),
  ]);
  expect(hashes.take(FORWARDED)).toBe('first');
  expect(hashes.take(FORWARDED)).toBe('second');
  expect(hashes.take({ ...FORWARDED, outMsat: 200 })).toBe('other');
  expect(hashes.take(FORWARDED)).toBeUndefined(); // claimed on the chain
  expect(hashes.take({ ...FORWARDED, to: undefined })).toBeUndefined();
});
