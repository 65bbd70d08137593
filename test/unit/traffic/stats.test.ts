import { expect, test } from 'vitest';
import type { TrafficPayment } from '../../../src/traffic/payment.js';
import { percentile, TrafficStats } from '../../../src/traffic/stats.js';

const sent = { number: 1, from: 'a', to: 'b', sentAt: 0, amountMsat: 1000n };
const paid = (latencyMs: number): TrafficPayment => ({ ...sent, latencyMs, status: 'paid', feeMsat: 3n });
const failed = (reason: string): TrafficPayment => ({ ...sent, latencyMs: 1, status: 'failed', reason });

test.each([
  [[], 50, undefined],
  [[7], 50, 7],
  [[7], 95, 7],
  [[1, 2, 3], 50, 2],
  [[1, 2, 3, 4], 50, 2],
  [Array.from({ length: 100 }, (_, i) => i + 1), 95, 95],
  [Array.from({ length: 20 }, (_, i) => i + 1), 95, 19],
])('of %j the %dth percentile is %s', (sorted, percent, value) => {
  expect(percentile(sorted, percent)).toBe(value);
});

test('what was sent, paid and failed, why, how fast and how much', () => {
  let now = 100;
  const stats = new TrafficStats(() => now);
  expect(stats.summary()).toMatchObject({ sent: 0, paid: 0, underWay: 0, medianMs: undefined, msatPerSecond: 0 });
  now = 1_000;
  stats.begin();
  for (let i = 0; i < 8; i++) stats.send();
  for (const latencyMs of [30, 10, 20]) stats.settle(paid(latencyMs));
  for (const reason of ['channel_disabled', 'payer_down', 'payer_down']) stats.settle(failed(reason));
  now = 3_000;
  const summary = {
    sent: 8,
    paid: 3,
    failed: 3,
    underWay: 2,
    failedBy: [
      ['payer_down', 2],
      ['channel_disabled', 1],
    ],
    amountMsat: 3_000n,
    feeMsat: 9n,
    elapsedMs: 2_000,
    medianMs: 20,
    p95Ms: 30,
    msatPerSecond: 1_500,
  };
  expect(stats.summary()).toEqual(summary);
  stats.end();
  now = 9_000;
  expect(stats.summary()).toEqual(summary);
});

test('latencies are those of the last ten thousand', () => {
  const stats = new TrafficStats(() => 0);
  for (let i = 0; i < 10_000; i++) stats.settle(paid(1));
  for (let i = 0; i < 9_600; i++) stats.settle(paid(5));
  expect(stats.summary()).toMatchObject({ paid: 19_600, medianMs: 5, p95Ms: 5 });
});
