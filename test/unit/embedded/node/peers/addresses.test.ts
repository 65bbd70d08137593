import { expect, test } from 'vitest';
import { bindingOf, formatAddress, parseAddress } from '../../../../../src/embedded/node/peers/addresses.js';

test.each([
  ['/tmp/l1/peer', { socket: '/tmp/l1/peer' }],
  ['127.0.0.1', { host: '127.0.0.1', port: 19846 }],
  ['127.0.0.1:9735', { host: '127.0.0.1', port: 9735 }],
  [':9735', { host: '', port: 9735 }],
  ['[::1]:9735', { host: '::1', port: 9735 }],
  ['::1', { host: '::1', port: 19846 }],
  ['localhost:1', { host: 'localhost', port: 1 }],
])('%s is read', (text, address) => {
  expect(parseAddress(text)).toEqual(address);
});

test.each(['127.0.0.1:65536', '127.0.0.1:x', 'a b', '[127.0.0.1]:1', 'a:b:c', '02ab@x:1'])('%s is refused', (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

test('addresses are told as lightningd tells them', () => {
  expect(bindingOf({ socket: '/x' })).toEqual({ type: 'local socket', socket: '/x' });
  expect(bindingOf({ host: '::1', port: 2 })).toEqual({ type: 'ipv6', address: '::1', port: 2 });
  expect(formatAddress({ host: '::1', port: 2 })).toBe('[::1]:2');
});
