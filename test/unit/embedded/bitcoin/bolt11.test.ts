import { describe, expect, test } from 'vitest';
import { bech32 } from '@scure/base';
import {
  Bolt11Error,
  decodeBolt11,
  encodeBolt11,
  payeeOf,
  type Bolt11ToSign,
} from '../../../../src/embedded/bitcoin/bolt11.js';

/** BOLT #11's example "Please send $3 for a cup of coffee to the same peer, within one minute". */
const COFFEE =
  'lnbc2500u1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5' +
  'rqwzqfqypqdq5xysxxatsyp3k7enxv4jsxqzpu9qrsgquk0rl77nj30yxdy8j9vdx85fkpmdla2087ne0xh8nhedh8w27kyke0lp53ut353s06fv3qfege' +
  'xt0eh0ymjpf39tuven09sam30g4vgpfna3rh';

test("BOLT #11's example is read", () => {
  expect(payeeOf(decodeBolt11(COFFEE))).toBe('03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad');
  expect(decodeBolt11(COFFEE)).toMatchObject({
    currency: 'bc',
    amountMsat: 250_000_000n,
    createdAt: 1_496_314_658,
    paymentHash: '0001020304050607080900010203040506070809000102030405060708090102',
    paymentSecret: '11'.repeat(32),
    description: '1 cup coffee',
    expirySeconds: 60,
    minFinalCltv: 18,
    features: Buffer.from('4100', 'hex'),
  });
  expect(decodeBolt11(`lightning:${COFFEE.toUpperCase()}`)).toEqual(decodeBolt11(COFFEE));
});

const REQUEST: Bolt11ToSign = {
  currency: 'bcrt',
  amountMsat: 24n,
  createdAt: 1_795_396_897,
  paymentHash: 'ab'.repeat(32),
  paymentSecret: 'cd'.repeat(32),
  description: 'Zürich ⚡',
  descriptionHash: undefined,
  expirySeconds: 604_800,
  minFinalCltv: 27,
  features: Buffer.from('024100', 'hex'),
  fallbacks: [
    { version: 0, program: Buffer.alloc(20, 7) },
    { version: 17, program: Buffer.alloc(20, 8) },
  ],
  routes: [
    [
      {
        nodeId: '02c9f03263824f6158d23c1b19a304f9689c782265662c07e35566f8c8d686f333',
        shortChannelId: (103n << 40n) | (1n << 16n),
        feeBaseMsat: 1,
        feeProportionalMillionths: 10,
        cltvExpiryDelta: 6,
      },
    ],
  ],
};

describe('an invoice of ours', () => {
  const secret = Buffer.alloc(32, 1);

  test('says what was asked for', () => {
    const { routes, features, ...rest } = decodeBolt11(encodeBolt11(REQUEST, secret));
    const { routes: wantedRoutes, features: wantedFeatures, ...wanted } = REQUEST;
    expect(rest).toMatchObject(wanted);
    expect(routes).toEqual(wantedRoutes);
    expect(features).toEqual(wantedFeatures);
  });

  test.each([1n, 10n, 24n, 999n, 1_000n, 100_000n, 123_456_789n, 4_200_000_000n, 2_100_000_000_000_000_000n])(
    'of %d msat is for exactly that',
    (amountMsat) => {
      expect(decodeBolt11(encodeBolt11({ ...REQUEST, amountMsat }, secret)).amountMsat).toBe(amountMsat);
    },
  );

  test('is from whoever signed it', () => {
    for (let createdAt = 1; createdAt <= 20; createdAt++)
      expect(payeeOf(decodeBolt11(encodeBolt11({ ...REQUEST, createdAt }, secret)))).toBe(
        '031b84c5567b126440995d3ed5aaba0565d71e1834604819ff9c17f5e9d5dd078f',
      );
  });
});

test.each([
  ['nothing', ''],
  ['words', 'hello there'],
  ['a wrong checksum', `${COFFEE.slice(0, -1)}q`],
  ['mixed case', `${COFFEE.slice(0, -1)}H`],
  ['half of it', COFFEE.slice(0, 80)],
  ['an address', 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'],
  ['no signature', bech32.encode('lnbcrt', [1, 2, 3], false)],
  [
    'a field that is longer than the invoice',
    bech32.encode('lnbcrt', [...Array<number>(7).fill(0), 1, 31, 31, ...Array<number>(104).fill(0)], false),
  ],
  ['a tenth of a millisatoshi', bech32.encode('lnbcrt1p', Array<number>(111).fill(0), false)],
])('%s is no invoice', (_what, text) => {
  expect(() => decodeBolt11(text)).toThrow(Bolt11Error);
});
