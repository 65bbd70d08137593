import { expect, test } from 'vitest';
import { ConfigFile } from '../../../src/core/config-file.js';

const text = `# mine
alias=l1
 spaced = a value # and more

developer
[regtest]
rpcport=1
rpcport=2
#alias=commented
`;

test('reads values, flags and what is not there', () => {
  const file = new ConfigFile(text);
  expect(file.get('alias')).toBe('l1');
  expect(file.get('spaced')).toBe('a value # and more');
  expect(file.get('developer')).toBe('');
  expect(file.get('nothing')).toBeUndefined();
  expect(file.get('[regtest]')).toBeUndefined();
  expect(new ConfigFile('a=b=c').get('a')).toBe('b=c');
});

test('of several lines the last counts for lightningd, the first for bitcoind', () => {
  const last = new ConfigFile(text);
  const first = new ConfigFile(text, 'first');
  expect([last.get('rpcport'), first.get('rpcport')]).toEqual(['2', '1']);
  last.set('rpcport', '3');
  first.set('rpcport', '3');
  expect(last.toString()).toBe(text.replace('rpcport=2', 'rpcport=3'));
  expect(first.toString()).toBe(text.replace('rpcport=1', 'rpcport=3'));
});

test('keeps every line that it is not asked to change', () => {
  const file = new ConfigFile(text);
  expect(file.toString()).toBe(text);
  file.set('alias', 'other');
  file.set('fee-base', '7');
  file.set('offline', undefined);
  expect(file.toString()).toBe(`${text.replace('alias=l1', 'alias=other')}fee-base=7\noffline\n`);
});

test.each(['', 'a=1', 'a=1\n'])('%j ends with a newline once something is set', (before) => {
  const file = new ConfigFile(before);
  file.set('b', '2');
  expect(file.toString()).toBe(`${before === '' ? '' : 'a=1\n'}b=2\n`);
});

test('an option that may be given several times gets a line of its own, once', () => {
  const file = new ConfigFile('plugin=/a\n');
  file.include('plugin', '/b');
  file.include('plugin', '/a');
  expect(file.toString()).toBe('plugin=/a\nplugin=/b\n');
});

test('every value can be put in the place of another; what stays keeps its looks', () => {
  const file = new ConfigFile(text);
  file.map((value) => (value === 'l1' || value === '2' ? `${value}!` : value));
  expect(file.toString()).toBe(text.replace('alias=l1', 'alias=l1!').replace('rpcport=2', 'rpcport=2!'));
});

test('what is set, line by line, and what is taken out', () => {
  const file = new ConfigFile('# mine\nalias=a\ndeveloper\nplugin=/a\nplugin=/b\n');
  expect(file.entries()).toEqual([
    { key: 'alias', value: 'a' },
    { key: 'developer', value: undefined },
    { key: 'plugin', value: '/a' },
    { key: 'plugin', value: '/b' },
  ]);
  file.remove('plugin', '/a');
  file.remove('developer');
  file.remove('alias', 'another');
  expect(file.toString()).toBe('# mine\nalias=a\nplugin=/b\n');
});
