import { expect, test } from 'vitest';
import { z } from 'zod';
import { nameOf } from '../../../src/cli/command-spec.js';
import { COMMANDS } from '../../../src/cli/commands.js';
import { parse } from '../../../src/cli/program.js';
import { call, checkCall, commandFor } from '../../../src/interface/call.js';
import { describeCommands } from '../../../src/interface/describe.js';
import { givenOf, givenSchema, namedSchema } from '../../../src/interface/schema.js';
import { SUITABILITY } from '../../../src/interface/suitable.js';

const browser = { caller: 'browser' } as const;
const check = (name: string, args: readonly string[] = [], options: object = {}, isReadOnly = false) =>
  checkCall(name, { args, options }, { ...browser, isReadOnly });

test('of each command it is said whether it can be called, and of none that there is not', () => {
  expect(Object.keys(SUITABILITY).toSorted()).toEqual(COMMANDS.map(({ usage }) => nameOf(usage)).toSorted());
});

test('options that are left out for a terminal are there', () => {
  for (const { usage, options = [] } of COMMANDS)
    for (const name of SUITABILITY[nameOf(usage)]!.without ?? [])
      expect(options.map(([flags]) => flags).join(' ')).toContain(`--${name.replaceAll('_', '-')}`);
});

test('a command is described as its row in the table has it', () => {
  expect(describeCommands('browser').find(({ name }) => name === 'partition')).toMatchObject({
    heading: 'Weather',
    args: [{ name: 'groups', required: true, many: true }],
    changes: true,
  });
  const { options } = commandFor('browser', 'mine');
  expect(options.find(({ name }) => name === 'until_confirmed')).toEqual({
    name: 'until_confirmed',
    flag: '--until-confirmed',
    summary: expect.any(String) as string,
    kind: 'text',
    value: 'txid',
  });
  expect(options.find(({ name }) => name === 'empty')).toMatchObject({ kind: 'flag', value: null });
  expect(commandFor('agent', 'up').options.find(({ name }) => name === 'option')).toMatchObject({ kind: 'list' });
});

test.each(describeCommands('browser'))('$name: each of its examples passes its schema', async (description) => {
  for (const example of description.examples) {
    const [first = '', ...rest] = wordsOf(example);
    if (first !== 'ln-play') continue;
    const invocation = await parse(rest, '1');
    if (!invocation || nameOf(invocation.spec.usage) !== description.name) continue;
    const args = [...invocation.args.filter((arg) => arg !== undefined), ...invocation.rest];
    const known = description.options.filter(({ name }) => invocation.options[camel(name)] !== undefined);
    const options = Object.fromEntries(known.map(({ name }) => [name, invocation.options[camel(name)]]));
    expect(givenSchema(description).parse({ args, options })).toEqual({ args, options });
  }
});

test.each(describeCommands('agent'))(
  '$name: its named form has a name for each thing, and a JSON Schema',
  (command) => {
    const { properties } = z.toJSONSchema(namedSchema(command)) as { properties: object };
    expect(Object.keys(properties)).toHaveLength(command.args.length + command.options.length);
    expect(z.toJSONSchema(givenSchema(command), { io: 'input' })).toMatchObject({ type: 'object' });
  },
);

test('a named form becomes arguments in order', () => {
  const open = commandFor('agent', 'open');
  expect(givenOf(open, { from: 'l1', to: 'l2', amount: '1btc', private: true })).toEqual({
    args: ['l1', 'l2', '1btc'],
    options: { private: true },
  });
  const groups = commandFor('agent', 'partition');
  expect(givenOf(groups, { groups: ['l1', 'l2,l3'] })).toEqual({ args: ['l1', 'l2,l3'], options: {} });
  expect(() => givenOf(commandFor('agent', 'balance'), { to: 'l2' })).toThrow('balance takes to only with from');
});

test.each([
  ['open', ['l1', 'l2'], {}],
  ['open', ['l1', 'l2', '1btc', 'more'], {}],
  ['open', ['l1', 'l2', '1btc'], { privat: true }],
  ['open', ['l1', 'l2', '1btc'], { private: 'yes' }],
  ['partition', [], {}],
  ['up', [], { foreground: true }],
])('%s %j %j is refused, with the usage', (name, args, options) => {
  expect(() => check(name, args, options)).toThrow(
    expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining(`ln-play ${name}`) as string }),
  );
});

test('a command that is for a terminal alone, or that there is not, cannot be called', () => {
  for (const name of ['workshop', 'env', 'opne', 'constructor']) expect(() => check(name)).toThrow(/no command/);
  expect(() => check('opne')).toThrow(expect.objectContaining({ hint: expect.stringContaining('open') as string }));
});

test('where nothing may be changed, what only tells something goes on', () => {
  const refused = (name: string, args: string[], options = {}) =>
    expect(() => check(name, args, options, true)).toThrow(/would change something/);
  check('status', [], {}, true);
  check('feerate', [], {}, true);
  check('up', [], { dry_run: true }, true);
  check('cli', ['l1', 'listpeerchannels'], {}, true);
  check('install', [], { list: true }, true);
  refused('open', ['l1', 'l2', '1btc']);
  refused('feerate', ['5000perkw']);
  refused('feerate', [], { auto: true });
  refused('up', []);
  refused('up', [], { dry_run: false });
  refused('cli', ['l1', 'pay', 'lnbcrt1']);
  refused('cli', ['l1', 'listen-to-me']);
  refused('export network', ['file.yaml']);
});

test('a command runs in our process, and gives what --json has, its text and its exit code', async () => {
  const { json, text, exitCode } = await call('topology', { args: ['line:3'] }, { ...browser, dir: '/nowhere' });
  expect(json).toMatchObject({ nodes: expect.anything() as object });
  expect(text).toContain('channels:');
  expect(exitCode).toBe(0);
});

test('what a command throws comes out as it is', async () => {
  await expect(call('status', {}, { ...browser, dir: '/nowhere/at/all' })).rejects.toMatchObject({ code: 'STATE' });
});

test('one that would go on for ever is refused where nobody listens', async () => {
  for (const [name, args] of [
    ['traffic', []],
    ['rpc-trace', ['l1']],
    ['logs', ['l1']],
  ] as const) {
    const options = name === 'logs' ? { follow: true } : {};
    await expect(call(name, { args, options }, { ...browser, dir: '/nowhere' })).rejects.toMatchObject({
      code: 'USAGE',
    });
  }
});

const camel = (name: string): string => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The words of a shell's line, up to what it pipes or substitutes. */
const wordsOf = (line: string): string[] =>
  Array.from(
    line
      .split(/ [|>&<]|;/)[0]!
      .replaceAll(/\$\(.*\)/g, 'lnbcrt')
      .matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g),
    ([, a, b, c]) => a ?? b ?? c!,
  );
