import { describe, expect, test } from 'vitest';
import type { Command } from '../../../web/src/api-types.js';
import { argsOf, commandLine, lossOf, missing, optionsOf } from '../../../web/src/doing/command-line.js';

const arg = (name: string, required = true, many = false) => ({ name, required, many });
const option = (name: string, flag: string, kind: 'text' | 'flag' | 'list') => ({
  name,
  flag,
  kind,
  summary: '',
  value: null,
});
const command = (name: string, rest: Partial<Command>): Command => ({
  name,
  heading: '',
  usage: name,
  summary: '',
  args: [],
  options: [],
  examples: [],
  changes: true,
  ...rest,
});

const OPEN = command('open', {
  args: [arg('from'), arg('to'), arg('amount')],
  options: [option('feerate', '--feerate', 'text'), option('private', '--private', 'flag')],
});
const START = command('plugin start', {
  args: [arg('node'), arg('file'), arg('options', false, true)],
  options: [option('option', '--option', 'list')],
});

describe('the command line', () => {
  test.each([
    [OPEN, ['bob', 'alice', '0.01btc'], {}, 'ln-play open bob alice 0.01btc'],
    [OPEN, ['bob', 'alice', '0.01btc'], { private: true, feerate: '' }, 'ln-play open bob alice 0.01btc --private'],
    [OPEN, ['bob', 'alice', ''], { feerate: '253perkw' }, 'ln-play open bob alice --feerate 253perkw'],
    [START, ['l1', 'my plugin.js', ['a=1', 'b=$x']], {}, "ln-play plugin start l1 'my plugin.js' a=1 'b=$x'"],
    [
      START,
      ['l1', "it's.js", []],
      { option: ['x=1', 'y=2'] },
      "ln-play plugin start l1 'it'\\''s.js' --option x=1 --option y=2",
    ],
    [OPEN, ['<img src=x onerror=alert(1)>', 'l2', '1'], {}, "ln-play open '<img src=x onerror=alert(1)>' l2 1"],
  ])('is as one types it', (command, args, options, line) =>
    expect(commandLine(command, { args, options })).toBe(line),
  );

  test('has nothing behind the last argument that is filled', () => {
    expect(argsOf({ args: ['l1', ' 5sat ', '', ['']] })).toEqual(['l1', '5sat']);
    expect(argsOf({ args: ['l1', '', 'memo'] })).toEqual(['l1', '', 'memo']);
  });

  test('has the options alone that are given', () =>
    expect(optionsOf({ options: { a: '', b: false, c: true, d: ['', 'x'], e: [''] } })).toEqual({ c: true, d: ['x'] }));

  test('says which arguments are to be filled still', () => {
    expect(missing(OPEN, { args: ['bob', ' '] })).toEqual(['to', 'amount']);
    expect(missing(START, { args: ['l1', 'x.js', []] })).toEqual([]);
  });
});

describe('what is lost', () => {
  test.each(['destroy', 'snapshot restore', 'snapshot rm'])('is asked about before %s', (name) =>
    expect(lossOf({ name }, { args: ['before'], options: {} })).toBeTypeOf('string'),
  );
  test('is asked about before up, where that removes something', () => {
    expect(lossOf({ name: 'up' }, { args: [], options: { prune: true } })).toContain('removed');
    expect(lossOf({ name: 'up' }, { args: [], options: {} })).toBeUndefined();
  });
  test('is nothing with others', () =>
    expect(lossOf({ name: 'close' }, { args: [], options: { force: true } })).toBeUndefined());
});
