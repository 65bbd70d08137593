import { expect, it } from 'vitest';
import { manifestProblems } from '../../../src/cln/manifest-rules.js';

const GOOD = { options: [], rpcmethods: [], dynamic: true };
const option = { name: 'word', type: 'string', description: 'd' };
const method = { name: 'word', usage: '' };

/** One fault each, with the place and the words that tell of it, and whether lightningd kills for it. */
const CASES: readonly [object | string | null, RegExp, 'fatal' | 'mild'][] = [
  ['text', /^result must be an object, not "text"/, 'fatal'],
  [{ rpcmethods: [] }, /^options is missing/, 'fatal'],
  [{ options: [] }, /^rpcmethods is missing/, 'fatal'],
  [{ ...GOOD, options: {} }, /^options must be an array, not \{\}/, 'fatal'],
  [{ ...GOOD, options: ['word'] }, /^options\[0\] must be an object/, 'fatal'],
  [{ ...GOOD, options: [{ ...option, description: undefined }] }, /^options\[0\]\.description is missing/, 'fatal'],
  [{ ...GOOD, options: [{ ...option, name: 'Word' }] }, /^options\[0\]\.name may have only lowercase/, 'fatal'],
  [{ ...GOOD, options: [{ ...option, name: 'alias' }] }, /"alias" is an option of lightningd itself/, 'fatal'],
  [{ ...GOOD, options: [option, option] }, /^options\[1\] names "word" a second time/, 'fatal'],
  [{ ...GOOD, options: [{ ...option, type: 'float' }] }, /^options\[0\]\.type must be one of string/, 'fatal'],
  [{ ...GOOD, options: [{ ...option, type: 'flag', default: true }] }, /default of a flag can only be false/, 'fatal'],
  [{ ...GOOD, options: [{ ...option, type: 'int', default: 'x' }] }, /default must be a whole number/, 'fatal'],
  [{ ...GOOD, options: [{ ...option, type: 'bool', default: 1 }] }, /default must be true or false, not 1/, 'fatal'],
  [{ ...GOOD, options: [{ ...option, type: 'bool', multi: true }] }, /multi cannot be: the type is bool/, 'fatal'],
  [{ ...GOOD, options: [{ ...option, multi: 'yes' }] }, /multi must be true or false, not "yes"/, 'fatal'],
  [{ ...GOOD, options: [{ ...option, deprecated: [] }] }, /deprecated must be true, false, or an array/, 'fatal'],
  [{ ...GOOD, options: [{ ...option, deprecated: ['new'] }] }, /deprecated "new" is not a version/, 'fatal'],
  [{ ...GOOD, rpcmethods: [{ usage: '' }] }, /^rpcmethods\[0\]\.name must be a string, not nothing/, 'fatal'],
  [{ ...GOOD, rpcmethods: [{ name: 'word' }] }, /^rpcmethods\[0\]\.usage must be a string/, 'fatal'],
  [{ ...GOOD, rpcmethods: [{ ...method, name: 'getinfo' }] }, /"getinfo" is a method of lightningd already/, 'fatal'],
  [{ ...GOOD, rpcmethods: [method, method] }, /^rpcmethods\[1\] names "word" a second time/, 'fatal'],
  [{ ...GOOD, subscriptions: 'connect' }, /^subscriptions must be an array/, 'fatal'],
  [{ ...GOOD, subscriptions: [1] }, /^subscriptions\[0\] must be a string/, 'fatal'],
  [{ ...GOOD, subscriptions: ['conect'] }, /"conect" is no topic of lightningd/, 'mild'],
  [{ ...GOOD, hooks: ['htlc'] }, /there is no hook "htlc"/, 'fatal'],
  [{ ...GOOD, hooks: [{}] }, /^hooks\[0\]\.name is missing/, 'fatal'],
  [{ ...GOOD, hooks: ['openchannel', { name: 'openchannel' }] }, /names "openchannel" a second time/, 'fatal'],
  [{ ...GOOD, hooks: [{ name: 'openchannel', filters: [] }] }, /filters cannot be: the hook openchannel/, 'fatal'],
  [{ ...GOOD, hooks: [{ name: 'custommsg', filters: ['1'] }] }, /filters must be an array of numbers/, 'fatal'],
  [{ ...GOOD, notifications: ['mine'] }, /^notifications\[0\] must be an object with a "method"/, 'fatal'],
  [{ ...GOOD, notifications: [{ method: 'connect' }] }, /"connect" may be sent only by lightningd/, 'fatal'],
  [{ ...GOOD, featurebits: { node: 'xyz' } }, /^featurebits\.node must be hexadecimal/, 'fatal'],
  [{ ...GOOD, featurebits: { node: '80' } }, /^featurebits cannot be set by a plugin that is dynamic/, 'fatal'],
  [{ ...GOOD, custommessages: [70_000] }, /^custommessages\[0\] must be a number from 0 to 65535/, 'fatal'],
  [{ ...GOOD, nonnumericids: false }, /^nonnumericids must be true/, 'fatal'],
  [{ ...GOOD, cancheck: 1 }, /^cancheck must be true or false/, 'fatal'],
  [{ ...GOOD, dynamic: 'yes' }, /^dynamic must be true or false/, 'fatal'],
  [{ ...GOOD, dynamic: false }, /^dynamic is not true/, 'mild'],
  [{ ...GOOD, subscribtions: [] }, /^subscribtions is not a field of a manifest/, 'mild'],
];

it.each(CASES)('%j', (manifest, expected, gravity) => {
  const problems = manifestProblems(manifest);
  const found = problems.find(({ path, problem }) => expected.test(`${path} ${problem}`));
  expect(found, JSON.stringify(problems)).toBeDefined();
  expect(found!.fatal).toBe(gravity === 'fatal');
});

it('finds nothing in one that uses every field', () => {
  const manifest = {
    options: [
      { ...option, default: 'hi', multi: true, dynamic: true, deprecated: ['v24.02', 'v25.02'] },
      { name: 'level', type: 'int', default: '-3', description: 'd' },
      { name: 'secret', type: 'string-conceal', default: null, description: 'd' },
      { name: 'loud', type: 'flag', default: false, description: 'd' },
    ],
    rpcmethods: [{ ...method, description: 'd', deprecated: false }],
    subscriptions: ['*', 'shutdown', 'xpay_pay_part_start'],
    hooks: ['htlc_accepted', { name: 'rpc_command', before: ['other'], filters: ['pay'] }],
    notifications: [{ method: 'mine' }],
    featurebits: { node: '' },
    custommessages: [11_008],
    nonnumericids: true,
    cancheck: true,
    dynamic: true,
  };
  // `description` of a method is read by help alone, and not by lightningd's check.
  expect(manifestProblems(manifest)).toEqual([]);
  expect(manifestProblems({ disable: 'not here' })).toEqual([]);
});
