import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PathHop } from '../../../../../src/embedded/ldk/event-types.js';
import { PaymentParts } from '../../../../../src/embedded/node/payments/parts.js';
import type { PaymentRecord } from '../../../../../src/embedded/node/payments/sending.js';
import { Bench, liveChannel } from '../support.js';

const HASH = 'bb'.repeat(32);
const scid = (block: number): bigint => BigInt(block) << 40n;
const hop = (nodeId: string, block: number, feeMsat: number): PathHop => ({
  nodeId,
  shortChannelId: scid(block),
  feeMsat,
});
/** Two ways from 01 to 03. */
const WAY = [hop('02', 7, 5), hop('03', 8, 1_000)];
const OTHER = [hop('04', 9, 6), hop('03', 10, 500)];

let bench: Bench;
let parts: PaymentParts;
let status: PaymentRecord['status'];
beforeEach(() => {
  bench = new Bench();
  status = 'pending';
  parts = new PaymentParts({
    tell: bench.tell,
    nodeId: '01',
    live: () => [liveChannel({ outboundPaymentScid: scid(7), shortChannelId: '103x1x0' })],
    sending: { get: () => ({ status, groupId: 2, amountMsat: 1_500 }) as PaymentRecord },
  });
});
afterEach(() => bench[Symbol.dispose]());
const found = (...paths: PathHop[][]): Promise<void> =>
  bench.turns.turn((tx) => parts.onRouteFound(tx, { type: 'routeFound', paymentHash: HASH, paths }));
const failed = (hops: PathHop[], shortChannelId?: string): Promise<void> =>
  bench.turns.turn((tx) => parts.onPathFailed(tx, { type: 'pathFailed', paymentHash: HASH, hops, shortChannelId }));
const succeeded = (hops: PathHop[]): Promise<void> =>
  bench.turns.turn((tx) => parts.onPathSuccessful(tx, { type: 'pathSuccessful', paymentHash: HASH, hops }));

test('each part is told when it sets out, by the names that channels have for others, with what goes through each', async () => {
  await found(WAY, OTHER);
  expect(bench.told).toMatchObject([
    {
      topic: 'pay_part_start',
      payload: {
        payment_hash: HASH,
        groupid: 2,
        partid: 1,
        total_payment_msat: 1_500,
        attempt_msat: 1_000,
        hops: [
          {
            next_node: '02',
            short_channel_id: '103x1x0',
            direction: 0,
            channel_in_msat: 1_005,
            channel_out_msat: 1_005,
          },
          { next_node: '03', short_channel_id: '8x0x0', direction: 0, channel_in_msat: 1_005, channel_out_msat: 1_000 },
        ],
      },
    },
    { topic: 'pay_part_start', payload: { partid: 2, attempt_msat: 500, hops: [{}, { direction: 1 }] } },
  ]);
});

test('and when it has come to its end, with who failed it and why; what is tried next is another part', async () => {
  await found(WAY);
  parts.onOnionError({ nodeId: '02', code: 0x1007 });
  await failed(WAY, '8x0x0');
  await found(OTHER);
  await succeeded(OTHER);
  expect(bench.told.map(({ topic }) => topic)).toEqual([
    'pay_part_start',
    'pay_part_end',
    'pay_part_start',
    'pay_part_end',
  ]);
  expect(bench.told[1]?.payload).toMatchObject({
    status: 'failure',
    partid: 1,
    failed_msg: '1007',
    failed_node_id: '02',
    failed_short_channel_id: '8x0x0',
    failed_direction: 0,
    error_message: 'WIRE_TEMPORARY_CHANNEL_FAILURE',
  });
  expect(bench.told[3]?.payload).toMatchObject({ status: 'success', partid: 2, groupid: 2 });
});

test('an error that belongs to an earlier part is not told of a later one', async () => {
  await found(WAY, OTHER);
  parts.onOnionError({ nodeId: '02', code: 0x1007 });
  await failed(WAY);
  await failed(OTHER, '9x0x0');
  expect(bench.told.at(-1)?.payload).toMatchObject({ partid: 2, failed_node_id: '01' });
  expect(bench.told.at(-1)?.payload).not.toHaveProperty('error_message');
});

test('nothing is told of a part that set out before the node was started, or of a route that is only looked at', async () => {
  await succeeded(WAY);
  status = 'complete';
  await found(WAY);
  expect(bench.told).toEqual([]);
});
