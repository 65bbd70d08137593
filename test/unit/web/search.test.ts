import { expect, test } from 'vitest';
import { best } from '../../../web/src/doing/search.js';

const COMMANDS = [
  ['open', 'open a channel'],
  ['pay', 'have a node pay an invoice'],
  ['snapshot save', 'save the playground as it stands'],
  ['invoice', 'make an invoice'],
] as const;
const names = (typed: string): string[] => best(typed, COMMANDS, (command) => command).map(([name]) => name);

test('everything is there where nothing is typed', () => expect(names('')).toHaveLength(4));
test('what begins with it comes first', () => expect(names('p')[0]).toBe('pay'));
test('what is it comes before what only begins with it', () => {
  expect(best('pay', ['pay-demo', 'pay'], (name) => [name])).toEqual(['pay', 'pay-demo']);
});
test('a word of a name, and a word of what it does, are found', () => {
  expect(names('save')[0]).toBe('snapshot save');
  expect(names('channel')).toContain('open');
  expect(names('inv')).toEqual(['invoice', 'pay']);
});
test('letters that are not there are not found', () => expect(names('xyz')).toEqual([]));
