import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { bitcoindAddress } from '../../../../src/embedded/chain/address.js';
import type { OptionValues } from '../../../../src/embedded/context.js';

const options = (values: Record<string, string>): OptionValues =>
  ({ string: (name: string) => values[name], lightningDir: '/l1' }) as OptionValues;

test.each([
  ['by default, as bitcoind has it', {}, `${homedir()}/.bitcoin/regtest/.cookie`],
  ['in the folder that is given', { 'bitcoin-datadir': '/b' }, '/b/regtest/.cookie'],
  ['in a folder beside ours', { 'bitcoin-datadir': '../b' }, '/b/regtest/.cookie'],
  ['with a user alone', { 'bitcoin-datadir': '/b', 'bitcoin-rpcuser': 'u' }, '/b/regtest/.cookie'],
])('the cookie is %s', (_what, values, cookieFile) => {
  expect(bitcoindAddress(options(values))).toEqual({ host: '127.0.0.1', port: 18443, auth: { cookieFile } });
});

test('user and password take the place of the cookie', () => {
  const values = {
    'bitcoin-rpcuser': 'u',
    'bitcoin-rpcpassword': 'p',
    'bitcoin-rpcconnect': '10.0.0.1',
    'bitcoin-rpcport': '1',
  };
  expect(bitcoindAddress(options(values))).toEqual({
    host: '10.0.0.1',
    port: 1,
    auth: { user: 'u', password: 'p' },
  });
});
