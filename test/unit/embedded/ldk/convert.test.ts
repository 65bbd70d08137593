import { expect, test } from 'vitest';
import { formatShortChannelId, parseShortChannelId } from '../../../../src/embedded/bitcoin/short-channel-id.js';
import { scidOf, someScid } from '../../../../src/embedded/ldk/convert.js';

test('a short channel id of LDK’s has no sign, whatever its highest bit', () => {
  const highest = parseShortChannelId('16777215x16777215x65535');
  expect(scidOf(BigInt.asIntN(64, highest))).toBe(highest);
  expect(formatShortChannelId(someScid({ some: -8_323_166_362_804_995_580n })!)).toBe('9207340x4883079x14852');
  expect(someScid({ some: 1n })).toBe(1n);
  expect(someScid({})).toBeUndefined();
});
