import { describe, expect, test } from 'vitest';
import type { PaymentNews } from '../../../web/src/api-types.js';
import { after, HOP_MS, placeOf, type Flight } from '../../../web/src/flow/flights.js';

const ROUTE = { route: ['alice', 'bob', 'carol', 'dave'], channels: ['1x1x0', '2x1x0', '3x1x0'] };
const news = (rest: Partial<PaymentNews>): { payment: PaymentNews } => ({
  payment: { payment_hash: 'aa', status: 'part', amount_msat: 1000, from: 'alice', to: 'dave', ...rest },
});
const begin = (rest: Partial<PaymentNews> = {}): readonly Flight[] =>
  after([], news({ ...ROUTE, part: 1, ...rest }), 0, 'slowed');
const HOP = HOP_MS.slowed;

describe('a part of a payment', () => {
  test('goes hop by hop, and waits at the end until somebody knows how it ended', () => {
    const [flight] = begin();
    expect(placeOf(flight!, HOP * 0.5, 'slowed')).toMatchObject({ phase: 'out', hop: 0, t: 0.5 });
    expect(placeOf(flight!, HOP * 2.5, 'slowed')).toMatchObject({ phase: 'out', hop: 2, t: 0.5 });
    expect(placeOf(flight!, HOP * 30, 'slowed')).toEqual({ phase: 'waiting', hop: 2, t: 1 });
  });

  test('that was settled long before it arrived is still drawn to its end, and then back', () => {
    const [flight] = after(begin(), news({ status: 'complete' }), 40, 'slowed');
    expect(placeOf(flight!, HOP, 'slowed')).toMatchObject({ phase: 'out', hop: 1 });
    expect(placeOf(flight!, HOP * 3 + 1, 'slowed')).toMatchObject({ phase: 'back', hop: 2 });
    expect(placeOf(flight!, HOP * 30, 'slowed')).toEqual({ phase: 'over' });
  });

  test('that waited for long goes back from there, and does not go out again', () => {
    const [flight] = after(begin(), news({ status: 'complete' }), HOP * 20, 'slowed');
    expect(placeOf(flight!, HOP * 20 + 1, 'slowed')).toMatchObject({ phase: 'back', hop: 2 });
  });

  test('that fails goes as far as the node that said no', () => {
    const [flight] = after(
      begin(),
      news({ status: 'failed', failed_at: 'carol', failure: 'WIRE_FEE_INSUFFICIENT' }),
      40,
      'slowed',
    );
    expect(flight!.outcome).toEqual({ is: 'failed', hops: 2, failure: 'fee_insufficient' });
    expect(placeOf(flight!, HOP * 2 + 1, 'slowed')).toMatchObject({ phase: 'back', hop: 1 });
  });

  test('is alone in what is told of it by its number; what is told of the payment is of all', () => {
    const two = after(begin(), news({ ...ROUTE, part: 2, route: ['alice', 'dave'], channels: ['9x1x0'] }), 0, 'slowed');
    const outcomes = (flights: readonly Flight[]): string[] => flights.map(({ outcome }) => outcome.is);
    const one = after(two, news({ part: 2, took_ms: 5, failed_at: 'dave' }), 10, 'slowed');
    expect(outcomes(one)).toEqual(['pending', 'failed']);
    expect(outcomes(after(one, news({ status: 'complete' }), 20, 'slowed'))).toEqual(['complete', 'failed']);
    expect(outcomes(after(two, news({ part: 1, took_ms: 5 }), 20, 'slowed'))).toEqual(['complete', 'pending']);
  });

  test('that is told of twice is one, and another try of it is another', () => {
    const once = after(begin(), news({ ...ROUTE, part: 1 }), 10, 'slowed');
    expect(once).toHaveLength(1);
    expect(after(once, news({ ...ROUTE, part: 1, channels: ['1x1x0', '2x1x0', '4x1x0'] }), 20, 'slowed')).toHaveLength(
      2,
    );
  });

  test('without a way is not drawn', () => {
    expect(begin({ route: [], channels: [] })).toEqual([]);
    expect(after([], news({ status: 'complete' }), 0, 'slowed')).toEqual([]);
  });

  test('of which only the end is told is drawn whole', () => {
    expect(begin({ status: 'complete' })[0]!.outcome.is).toBe('complete');
  });

  test('of very many at once is one too many', () => {
    let flights: readonly Flight[] = [];
    for (let n = 0; n < 500; n++) flights = after(flights, news({ ...ROUTE, payment_hash: String(n) }), 0, 'slowed');
    expect(flights.length).toBeLessThan(150);
  });
});
