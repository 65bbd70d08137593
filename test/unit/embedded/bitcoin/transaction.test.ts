import { expect, test } from 'vitest';
import { parseBlock, parseTransaction } from '../../../../src/embedded/bitcoin/transaction.js';
import { PLACEHOLDER_SCRIPT, replaceScript, unfunded } from '../../../../src/embedded/bitcoin/unfunded.js';

/** The funding transaction of a real fundchannel on regtest. */
const SEGWIT =
  '020000000001016091dc32a1ee88efacee2f5d2c1d2d25ebc7d8dbe06567570583ab43731fa7460000000000fdffffff02401640000000000022002075068def6d5fb765d35cc4882dd151c45f9d00b2f77605aafca44428820e3b7723b35a3b00000000225120b102237cfaa63ea1dec8386d3f7e3302cc581bd07386e2963fa3449894c7bab80140126e7bff47a992c634d418eae0ee7e5a9736e71f11310d157f1b9b7544cba8ea5e4a38877bcff3e737d1b5bedfc9ef61fe804ac55ea4d96f61a22842cf5c5dd500000000';
const TXID = 'f12b11083b6e38ecbc7bcfb49461745e0aa1fca81e91d86a93929c1fb47413d1';
/** The genesis block of regtest. */
const GENESIS =
  '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f20020000000101000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000';

test('a segwit transaction is read', () => {
  const transaction = parseTransaction(Buffer.from(SEGWIT, 'hex'));
  expect(transaction.txid).toBe(TXID);
  expect(transaction.inputs).toEqual([
    { txid: '46a71f7343ab8305576765e0dbd8c7eb252d1d2c5d2feeacef88eea132dc9160', vout: 0 },
  ]);
  expect(transaction.outputs.map(({ valueSat }) => valueSat)).toEqual([4_200_000n, 995_799_843n]);
  expect(transaction.raw.toString('hex')).toBe(SEGWIT);
});

test('a block is read', () => {
  const [coinbase, ...others] = parseBlock(Buffer.from(GENESIS, 'hex'));
  expect(coinbase!.txid).toBe('4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b');
  expect(others).toEqual([]);
});

test('what ends too early is refused', () => {
  expect(() => parseTransaction(Buffer.from(SEGWIT.slice(0, 300), 'hex'))).toThrow(RangeError);
});

test('a transaction to be funded has outputs alone, and its script is replaced later', () => {
  const hex = unfunded([{ valueSat: 4_200_000n, script: PLACEHOLDER_SCRIPT }]);
  expect(hex).toBe(`0200000000014016400000000000220020${'ee'.repeat(32)}00000000`);
  const script = Buffer.concat([Buffer.of(0, 32), Buffer.alloc(32, 7)]);
  expect(replaceScript(hex, script)).toContain(script.toString('hex'));
  expect(() => replaceScript(hex, script.subarray(1))).toThrow(/no place/);
});
