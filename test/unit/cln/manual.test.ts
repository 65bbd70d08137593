import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import { pageText } from '../../../src/cli/man/page-text.js';
import { pageName, readManual } from '../../../src/cln/manual.js';

const manual = readManual();
const plain = new Chalk({ level: 0 });
const render = (name: string, width = 80): string =>
  pageText(name, manual.pages[name]!, manual, { style: plain, width });

describe('the name of a page', () => {
  test.each(['pay', 'lightning-pay', 'lightning-pay(7)', 'lightning-pay.7', 'PAY'])('%s', (text) => {
    expect(pageName(manual, text)).toBe('pay');
  });

  test.each([
    ['invoise', 'did you mean invoice'],
    ['list-peers', 'did you mean listpeers'],
    ['constructor', 'ln-play man lists all pages'],
    ['', 'ln-play man lists all pages'],
  ])('%j is refused, with what it may have meant', (text, hint) => {
    expect(() => pageName(manual, text)).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining(hint) }),
    );
  });

  test('no hint of ours names a page that there is not', () => {
    const src = fileURLToPath(new URL('../../../src', import.meta.url));
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const named = files.flatMap((file) =>
      Array.from(
        readFileSync(join(src, file), 'utf8').matchAll(/ln-play man ([a-z][\w-]+)(?=['"`,;)\s])/g),
        ([, name]) => name!,
      ),
    );
    expect(named).toContain('lightningd-config');
    for (const name of new Set(named)) if (name !== 'lists') expect(pageName(manual, name)).toBe(name);
  });
});

describe('a page', () => {
  test('has name, synopsis, parameters, reply and errors', () => {
    const text = render('invoice');
    expect(text).toMatch(/^NAME\n {2}invoice -- /);
    expect(text).toMatch(/\nSYNOPSIS\n {2}invoice amount_msat label description \[expiry\]/);
    expect(text).toMatch(/\nPARAMETERS\n {2}amount_msat \(/);
    expect(text).toMatch(/\nREPLY\n(.*\n)* {2}bolt11 \(string\)\n/);
    expect(text).toMatch(/\nERRORS\n(.*\n)* {2}- 900: /);
  });

  test('says what a reply has in some cases alone', () => {
    expect(render('listinvoices')).toMatch(/ {6}if status is "paid":\n {10}pay_index \(u64\)/);
  });

  test.each(Object.keys(manual.pages))('%s fits its width, with nothing undefined and no mark-up left', (name) => {
    const text = render(name);
    expect(text).not.toMatch(/undefined[,)]|\[object|\*\*\w/);
    const words = text.split('\n').filter((line) => line.length > 80 && /\S \S/.test(line.trim()));
    expect(words.filter((line) => !/^\s+(lightning-cli|while|RESULT|"|\S*[{}[\]$|=])/.test(line))).toEqual([]);
  });
});
