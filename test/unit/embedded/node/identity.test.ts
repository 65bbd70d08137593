import { expect, test } from 'vitest';
import { Identity } from '../../../../src/embedded/node/identity.js';

test('alias and colour are those of the options, while they are, and otherwise made of the node id', () => {
  const options = new Map<string, string>();
  const identity = new Identity(`02abcdef${'00'.repeat(29)}`, { string: (name) => options.get(name) });
  expect([identity.alias, identity.color]).toEqual(['LNPLAY-abcdef00', '02abcd']);
  options.set('alias', 'l1').set('rgb', '0000ff');
  expect([identity.alias, identity.color]).toEqual(['l1', '0000ff']);
});
