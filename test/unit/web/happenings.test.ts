import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Notification } from '../../../src/web/feed/feed.js';
import { Happening, type NewHappening } from '../../../src/web/happenings/happening.js';
import { Payments } from '../../../src/web/happenings/payments.js';
import { translate } from '../../../src/web/happenings/translate.js';
import type { Names } from '../../../src/web/state/names.js';

const HASH = 'ab'.repeat(32);
const names = {
  node: (id: string) => ({ '02': 'l2', '03': 'l3' })[id] ?? id,
  channel: (id: string) => `key of ${id}`,
  otherEnd: (_node: string, id: string) => ({ '1x1x1': 'l1', '2x1x1': 'l3' })[id],
} as unknown as Names;

let told: NewHappening[];
let payments: Payments;
beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  payments = new Payments(names, (happening) => told.push(happening));
});
afterEach(() => {
  payments.end();
  vi.useRealTimers();
});
const from = (topic: string, params: object): Notification => ({ node: 'l1', topic, params: { ...params } });
const takes = (topic: string, params: object): boolean => payments.take(from(topic, { payment_hash: HASH, ...params }));
const begins = (partid: number): boolean =>
  takes('pay_part_start', {
    partid,
    total_payment_msat: 3_000,
    attempt_msat: 2_000,
    hops: [
      { next_node: '02', short_channel_id: '1x1x1' },
      { next_node: '03', short_channel_id: '2x1x1' },
    ],
  });

test('a payment of two parts, from its beginning to its end', () => {
  begins(1);
  begins(2);
  takes('pay_part_end', { partid: 1, status: 'success', duration: 0.25 });
  takes('sendpay_success', { destination: '03', amount_msat: 2_000 });
  takes('sendpay_success', { destination: '03', amount_msat: 1_000 }); // of the other part
  expect(told.map(({ payment }) => payment)).toMatchObject([
    {
      status: 'started',
      from: 'l1',
      to: 'l3',
      amount_msat: 2_000,
      route: ['l1', 'l2', 'l3'],
      channels: ['key of 1x1x1', 'key of 2x1x1'],
      part: 1,
    },
    { status: 'part', part: 2 },
    { status: 'part', part: 1, took_ms: 250 },
    { status: 'complete', amount_msat: 3_000 },
  ]);
  expect(told[1]!.payment).not.toHaveProperty('took_ms');
  for (const happening of told) Happening.parse({ id: 1, at: 1, ...happening });
  expect(told[0]!.text).toBe('l1 pays l3 2sat by l2');
});

test('a part that fails names who failed it and why; the payment fails when nothing follows', () => {
  begins(1);
  takes('pay_part_end', {
    partid: 1,
    status: 'failure',
    duration: 0.1,
    failed_node_id: '02',
    failed_msg: '1007deadbeef',
  });
  expect(told.at(-1)!.payment).toMatchObject({ failed_at: 'l2', failure: 'temporary_channel_failure', took_ms: 100 });
  begins(2);
  vi.advanceTimersByTime(10_000);
  expect(told.at(-1)!.payment?.status).toBe('part'); // the other attempt is under way
  takes('pay_part_end', { partid: 2, status: 'failure', duration: 0.1, failed_node_id: '02', failed_msg: '400a' });
  vi.advanceTimersByTime(499);
  expect(told.at(-1)!.payment?.status).toBe('part');
  vi.advanceTimersByTime(1);
  expect(told.at(-1)).toMatchObject({
    text: 'l1 could not pay l3 3sat at l2: unknown_next_peer',
    payment: { status: 'failed', failed_at: 'l2', failure: 'unknown_next_peer' },
  });
  vi.advanceTimersByTime(10_000);
  expect(told.filter(({ payment }) => payment?.status === 'failed')).toHaveLength(1);
});

test('a node that tells of no parts has its payments told all the same', () => {
  takes('sendpay_success', { destination: '03', amount_msat: 1_000 });
  expect(told).toMatchObject([{ text: 'l1 has paid l3 1sat', payment: { status: 'complete', took_ms: null } }]);
  payments.take(
    from('sendpay_failure', {
      message: 'no way',
      data: { payment_hash: 'cd'.repeat(32), destination: '02', failcodename: 'WIRE_FEE_INSUFFICIENT' },
    }),
  );
  vi.advanceTimersByTime(500);
  expect(told.at(-1)!.payment).toMatchObject({ status: 'failed', to: 'l2', failure: 'fee_insufficient' });
});

test.each([
  ['connect', { id: '02', direction: 'in' }, 'connect', 'l2 has connected to l1'],
  ['disconnect', { id: '02' }, 'disconnect', 'l1 is no longer connected to l2'],
  [
    'channel_state_changed',
    { peer_id: '02', old_state: 'CHANNELD_AWAITING_LOCKIN', new_state: 'CHANNELD_NORMAL' },
    'channel',
    "l1's channel with l2: CHANNELD_AWAITING_LOCKIN → CHANNELD_NORMAL",
  ],
  ['invoice_creation', { label: '<b>', msat: '10000msat' }, 'invoice', 'l1 makes the invoice <b> of 10sat'],
  ['invoice_creation', { label: 'a' }, 'invoice', 'l1 makes the invoice a of any amount'],
  [
    'forward_event',
    { in_channel: '1x1x1', out_channel: '2x1x1', out_msat: 5_000, status: 'settled' },
    'forward',
    'l1 has forwarded 5sat from l1 to l3',
  ],
  [
    'forward_event',
    { in_channel: '9x9x9', in_msat: 0, status: 'local_failed', failreason: 'WIRE_UNKNOWN_NEXT_PEER' },
    'forward',
    'l1 could not forward a payment from somebody to somebody: WIRE_UNKNOWN_NEXT_PEER',
  ],
  ['plugin_started', { plugin_name: 'hello.js' }, 'plugin', 'l1 runs the plugin hello.js'],
])('%s %j is told as: %s', (topic, params, kind, text) => {
  expect(translate(from(topic, params), names)).toEqual({ node: 'l1', kind, text, data: { [topic]: params } });
});

test('our own plugin is none, and a topic that is not known says nothing', () => {
  expect(translate(from('plugin_started', { plugin_name: 'web-feed' }), names)).toBeUndefined();
  expect(translate(from('block_added', { height: 1 }), names)).toBeUndefined();
});
