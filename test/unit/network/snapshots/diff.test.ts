import { expect, test } from 'vitest';
import { difference, isSame } from '../../../../src/network/snapshots/diff.js';
import type { ImageBalance } from '../../../../src/snapshots/image.js';

type Channel = ImageBalance['channels'][number];
type Node = ImageBalance['nodes'][number];

const channel = (change: Partial<Channel> = {}): Channel => ({
  from: 'l2',
  to: 'l1',
  shortChannelId: '112x1x0',
  phase: 'normal',
  capacityMsat: '4200000000',
  oursMsat: '4200000000',
  ...change,
});
const node = (name: string, change: Partial<Node> = {}): Node => ({
  name,
  onchainMsat: '0',
  invoices: { made: 0, paid: 0, receivedMsat: '0' },
  ...change,
});
const moment = (height: number, channels: readonly Channel[], nodes: readonly Node[] = [node('l1'), node('l2')]) => ({
  height,
  balance: { channels, nodes },
});

test('nothing has happened', () => {
  const diff = difference(moment(112, [channel()]), moment(112, [channel()]));
  expect(diff).toEqual({ blocks: { before: 112, after: 112 }, channels: [], nodes: [] });
  expect(isSame(diff)).toBe(true);
  expect(isSame(difference(moment(112, []), moment(113, [])))).toBe(false);
  expect(isSame(difference(moment(113, []), moment(112, [])))).toBe(false); // a reorganisation
});

test('a channel that was opened, one that was closed or has gone, one in which something moved', () => {
  const changes = (then: readonly Channel[], now: readonly Channel[]) =>
    difference(moment(1, then), moment(1, now)).channels;
  const full = { oursMsat: 4_200_000_000n, phase: 'normal' };
  const common = { from: 'l2', to: 'l1', shortChannelId: '112x1x0' };
  expect(changes([], [channel()])).toEqual([{ ...common, change: 'opened', before: undefined, after: full }]);
  expect(changes([channel()], [])).toEqual([{ ...common, change: 'closed', before: full, after: undefined }]);
  for (const phase of ['shutting-down', 'closing', 'on-chain', 'closed'])
    expect(changes([channel()], [channel({ phase })])).toMatchObject([{ change: 'closed', after: { phase } }]);
  expect(changes([channel({ phase: 'closed' })], [channel({ phase: 'closed' })])).toEqual([]);
  expect(changes([channel()], [channel({ oursMsat: '1' })])).toMatchObject([
    { change: 'moved', before: full, after: { oursMsat: 1n } },
  ]);
  expect(changes([channel({ phase: 'opening' })], [channel()])).toMatchObject([{ change: 'moved' }]);
});

test('two channels of the same ends are told apart by their short ids; without one, by ends and capacity', () => {
  const second = channel({ shortChannelId: '115x1x0', oursMsat: '7' });
  const { channels } = difference(moment(1, [channel(), second]), moment(1, [second, channel({ oursMsat: '5' })]));
  expect(channels).toMatchObject([{ shortChannelId: '112x1x0', change: 'moved', after: { oursMsat: 5n } }]);
  const waits = channel({ shortChannelId: null, phase: 'opening' });
  expect(difference(moment(1, [waits]), moment(1, [waits])).channels).toEqual([]);
});

test('nodes: what came in and went out, who is new, who has gone', () => {
  const then = [node('l1', { onchainMsat: '900' }), node('l2'), node('l3', { onchainMsat: '5' })];
  const now = [
    node('l1', { onchainMsat: '100', invoices: { made: 3, paid: 2, receivedMsat: '9007199254740993' } }),
    node('l2'),
    node('l4', { onchainMsat: '7' }),
  ];
  const nothing = { invoicesMade: 0, invoicesPaid: 0, receivedMsat: 0n };
  expect(difference(moment(1, [], then), moment(1, [], now)).nodes).toEqual([
    {
      name: 'l1',
      change: 'kept',
      onchainMsat: -800n,
      invoicesMade: 3,
      invoicesPaid: 2,
      receivedMsat: 9_007_199_254_740_993n,
    },
    { name: 'l3', change: 'gone', onchainMsat: -5n, ...nothing },
    { name: 'l4', change: 'new', onchainMsat: 7n, ...nothing },
  ]);
  // one that is new is told of, even with nothing
  expect(difference(moment(1, [], []), moment(1, [], [node('l1')])).nodes).toMatchObject([{ change: 'new' }]);
});
