import { afterEach, beforeEach, expect, test } from 'vitest';
import { wireHash } from '../../../../src/embedded/bitcoin/hex.js';
import { BlockSource } from '../../../../src/embedded/chain/blocks.js';
import { BitcoindRpc } from '../../../../src/rpc/bitcoind.js';
import { FakeBitcoind, type BitcoindAnswer } from '../../../fakes/bitcoind-http.js';
import { spending } from './support.js';

let answers: Record<string, BitcoindAnswer>;
let rpc: BitcoindRpc;
let source: BlockSource;
const bitcoind = new FakeBitcoind(({ method }) => answers[method]!);
beforeEach(async () => {
  answers = {};
  bitcoind.calls.length = 0;
  await bitcoind.listen();
  rpc = new BitcoindRpc({ host: '127.0.0.1', port: bitcoind.port, auth: { user: 'u', password: 'p' } });
  source = new BlockSource(rpc);
});
afterEach(async () => {
  rpc.close();
  await bitcoind.close();
});

const error = (code: number): BitcoindAnswer => ({ error: { code, message: 'no' } });
const asked = (): string[] => bitcoind.calls.map(({ method }) => method);

test('the next tip is asked for once: bitcoind holds the question', async () => {
  answers['waitfornewblock'] = { result: { hash: 'new' } };
  expect(await source.tipHashAfter('old')).toBe('new');
  expect(await source.tipHashAfter('new')).toBe('new');
  expect(bitcoind.calls.map(({ params }) => params[1])).toEqual(['old', 'new']);
});

test('a bitcoind that cannot hold it is asked for its tip from then on', async () => {
  answers['waitfornewblock'] = error(-1);
  answers['getbestblockhash'] = { result: 'new' };
  expect(await source.tipHashAfter('old')).toBe('new');
  expect(await source.tipHashAfter('old')).toBe('new');
  expect(asked()).toEqual(['waitfornewblock', 'getbestblockhash', 'getbestblockhash']);
});

test('what bitcoind does not have is undefined, and any other error an error', async () => {
  answers = { getblockhash: error(-8), getblockheader: error(-5) };
  expect(await source.blockAt(7)).toBeUndefined();
  expect(await source.header('aa')).toBeUndefined();
  answers = { getblockhash: error(-28), getblockheader: error(-28) };
  await expect(source.hashAt(7)).rejects.toThrow('getblockhash: no');
  await expect(source.header('aa')).rejects.toThrow('getblockheader: no');
});

test('a block is read with its time, the block before and its transactions', async () => {
  const previous = `${'00'.repeat(31)}01`;
  const transaction = spending([`${'aa'.repeat(32)}:0`]);
  const header = Buffer.alloc(80);
  header.set(wireHash(previous), 4);
  header.writeUInt32LE(1_700_000_000, 68);
  const raw = Buffer.concat([header, Buffer.of(1), transaction.raw]);
  answers = { getblockhash: { result: 'hash' }, getblock: { result: raw.toString('hex') } };
  expect(await source.blockAt(7)).toEqual({
    hash: 'hash',
    height: 7,
    raw,
    header,
    time: 1_700_000_000,
    previous,
    transactions: [transaction],
  });
});

test('the tip is its hash and height', async () => {
  answers['getblockchaininfo'] = { result: { blocks: 7, bestblockhash: 'hash' } };
  expect(await source.tip()).toEqual({ hash: 'hash', height: 7 });
});
