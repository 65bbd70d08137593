import { expect, test } from 'vitest';
import { decodeZbase, encodeZbase, signerOf, signMessage } from '../../../../src/embedded/bitcoin/signed-message.js';

test('a signed message is from whoever signed it', () => {
  const signature = signMessage('Zürich ⚡', Buffer.alloc(32, 1));
  const zbase = encodeZbase(signature);
  expect(zbase).toMatch(/^[a-z0-9]{104}$/);
  expect(decodeZbase(zbase)).toEqual(signature);
  expect(signerOf('Zürich ⚡', signature)?.toString('hex')).toBe(
    '031b84c5567b126440995d3ed5aaba0565d71e1834604819ff9c17f5e9d5dd078f',
  );
  expect(signerOf('Zürich', signature)?.toString('hex')).not.toBe(
    '031b84c5567b126440995d3ed5aaba0565d71e1834604819ff9c17f5e9d5dd078f',
  );
});

test.each([
  ['l', 'zbase is not valid zbase32'],
  ['yyyyyyyy', 'zbase is too short'],
  ['y'.repeat(112), 'zbase is too long'],
  ['y'.repeat(104), 'cannot parse zbase signature'],
])('%j is no signature', (text, why) => {
  expect(decodeZbase(text)).toBe(why);
});
