import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from '../../../src/core/shell.js';

test('a word is quoted only where it has to be', () => {
  expect(shellWord('/tmp/a-b_c.js')).toBe('/tmp/a-b_c.js');
  expect(shellWord('--lightning-dir=/tmp/l1')).toBe('--lightning-dir=/tmp/l1');
  expect(shellWord('/tmp/my plugins/hello.js')).toBe("'/tmp/my plugins/hello.js'");
});

test.each(['', ' ', "it's", '$HOME', '~', '=ls', 'a\nb', '`id`', '*', 'a;b', '!!'])(
  'the shell reads %j as it is',
  (text) => {
    expect(execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })).toBe(text);
  },
);
