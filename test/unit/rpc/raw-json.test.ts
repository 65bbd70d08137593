import { expect, test } from 'vitest';
import { indentJson, memberTexts } from '../../../src/rpc/raw-json.js';

test('indents as lightning-cli does', () => {
  const text = '{"a":[],"b":{},"c":[1,{"d":"e, [f]: {g}"}],"h":"\\"\\\\"}';
  expect(indentJson(text)).toBe(`{
   "a": [],
   "b": {},
   "c": [
      1,
      {
         "d": "e, [f]: {g}"
      }
   ],
   "h": "\\"\\\\"
}`);
});

test('changes nothing but space, whatever stood there before', () => {
  for (const text of ['"text"', '12', 'null', '[]', '{ "a" : [ 1 , 2 ] }', '{"n":18446744073709551615,"f":1.10}'])
    expect(indentJson(text).replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
  expect(indentJson(indentJson('{"a":[1,{"b":2}]}'))).toBe(indentJson('{"a":[1,{"b":2}]}'));
});

test('keeps all digits and the order of keys', () => {
  const text = '{"z":18446744073709551615,"a":0.10,"1":1e3}';
  expect(indentJson(text)).toBe('{\n   "z": 18446744073709551615,\n   "a": 0.10,\n   "1": 1e3\n}');
});

test.each([
  ['{"result":{"a":1},"id":2}', 'result', '{"a":1}'],
  ['{"id":2,"result":[1,{"result":3}]}', 'result', '[1,{"result":3}]'],
  ['{"id":"result","result":"x}"}', 'result', '"x}"'],
  ['{"a":{"result":1},"result":2}', 'result', '2'],
  ['{ "error" : null , "result" : true }', 'result', 'true'],
  ['{"res\\u0075lt":7}', 'result', '7'],
  ['{"a":{"error":1}}', 'error', undefined],
  ['{"error":"a","error2":"b"}', 'error2', '"b"'],
  ['[]', 'result', undefined],
  ['{}', 'result', undefined],
])('in %s the member %s is %s', (text, name, member) => {
  expect(memberTexts(text).get(name)).toBe(member);
});
