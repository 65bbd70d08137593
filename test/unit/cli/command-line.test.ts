import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { COMMAND_GROUPS, COMMANDS } from '../../../src/cli/commands.js';
import { columns, duration, elide, roomForLast } from '../../../src/cli/output.js';
import { PLACEHOLDERS, placeholdersOf } from '../../../src/cli/placeholders.js';
import { parse } from '../../../src/cli/program.js';

let stdout = '';
let stderr = '';
beforeEach(() => {
  stdout = stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
});
afterEach(() => vi.restoreAllMocks());
const read = (line: string) => parse(line.split(' '), '1.2.3');

test('common options count before and after the name', async () => {
  for (const line of ['--json --dir /d status', 'status --json --dir /d', '--dir /d status --json'])
    expect((await read(line))?.options).toMatchObject({ json: true, dir: '/d' });
  expect((await read('--dir /a status --dir /b'))?.options.dir).toBe('/b');
  expect((await read('-q mine 6'))?.options.quiet).toBe(true);
});

test('arguments, left out ones, and options that may be given several times', async () => {
  expect(await read('invoice l1 10sat')).toMatchObject({ args: ['l1', '10sat', undefined], rest: [] });
  const up = await read('up --option l1:a=1 --option l2:b=2 --nodes 3 --random-keys');
  expect(up?.options).toMatchObject({ option: ['l1:a=1', 'l2:b=2'], nodes: '3', randomKeys: true });
});

test('everything behind the first argument of cli belongs to lightningd', async () => {
  expect(await read('cli l1 help -H --json')).toMatchObject({ args: ['l1', 'help'], rest: ['-H', '--json'] });
  expect((await read('--json cli l1 getinfo'))?.options.json).toBe(true);
  expect((await read('cli --dir /d l1 getinfo'))?.options.dir).toBe('/d');
});

test.each([
  ['nonsense', /unknown command 'nonsense'/],
  ['status --nonsense', /unknown option '--nonsense'/],
  ['fund l1', /missing required argument 'amount'/],
  ['status more', /too many arguments/],
  ['logs l1 -n', /argument missing/],
])('%s is wrong usage, and says so once', async (line, says) => {
  await expect(read(line)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(says) as string,
    hint: expect.stringMatching(/^ln-play .*--help /) as string,
  });
  expect(stderr + stdout).toBe(''); // whoever catches it shows it
});

test('a mistyped second word is told what it may have been, and where its commands are', async () => {
  await expect(read('plugin strat')).rejects.toMatchObject({
    message: "unknown command 'strat'",
    hint: 'Did you mean start? ln-play plugin --help lists its commands',
  });
});

test('help and version go to standard output', async () => {
  for (const line of ['--help', 'help', 'status --help', 'help pay']) {
    stdout = '';
    expect(await read(line)).toBeUndefined();
    expect(stdout).toContain('Usage: ln-play');
  }
  const headings = COMMAND_GROUPS.map(({ heading }) => `${heading}:`);
  stdout = '';
  await read('--help');
  expect(stdout.match(/^\S.*:$/gm)).toEqual(['Options:', ...headings]);
  stdout = '';
  expect(await read('--version')).toBeUndefined();
  expect(stdout).toBe('1.2.3\n');
});

test('a list of commands has each in one line of 80 columns, and the rest of what there is to say is in its own help', async () => {
  for (const line of ['--help', 'plugin --help', 'snapshot --help', 'export --help', 'pool --help']) {
    stdout = '';
    await read(line);
    const rows = stdout.split('\n');
    expect(rows.filter((row) => row.length > 80 || /^ {8,}\S/.test(row))).toEqual([]);
  }
  stdout = '';
  await read('wait --help');
  expect(stdout).toContain('nothing moves by itself');
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('somebody who holds a payment');
});

test('every command has a summary, examples that begin with ln-play, and a module', async () => {
  for (const { usage, summary, examples, load } of COMMANDS) {
    expect(summary).not.toBe('');
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(example).toContain('ln-play');
    expect(typeof (await load()).run, usage).toBe('function');
  }
});

test('every argument is described, and every value of an option that has a name of its own', () => {
  const free = new Set(['dir', 'seconds', 'n', 'path', 'name=value', 'label', 'scid', 'number', 'file', 'export']);
  for (const { usage, options = [] } of COMMANDS.filter(({ hidden }) => !hidden)) {
    for (const name of placeholdersOf(usage)) expect(PLACEHOLDERS, usage).toHaveProperty([name]);
    for (const name of options.flatMap(([flags]) => placeholdersOf(flags)))
      if (!free.has(name)) expect(PLACEHOLDERS, usage).toHaveProperty([name]);
  }
});

test('every example can be read', async () => {
  for (const { examples } of COMMANDS)
    for (const example of examples) {
      const words = example.includes('$(') ? undefined : /^ln-play ([^|;&$"'>]+)/.exec(example)?.[1]?.trim();
      if (words) expect(await read(words), example).toBeDefined();
    }
});

test('columns are aligned, whatever their colour', () => {
  const red = (text: string) => `\u001B[31m${text}\u001B[39m`;
  expect(
    columns(
      [
        ['a', '1', 'x'],
        [red('long'), '22', ''],
      ],
      new Set([1]),
    ),
  ).toBe(`a      1  x\n${red('long')}  22`);
  expect(duration(734.4)).toBe('734 ms');
  expect(duration(1249)).toBe('1.2 s');
});

test('what is too wide for its place loses its middle', () => {
  expect(elide('0123456789', 10)).toBe('0123456789');
  expect(elide('0123456789', 9)).toBe('0123…6789');
  const rows = [
    ['a', 'bb', '0123456789'],
    ['aaaa', 'b', ''],
  ];
  const room = roomForLast(rows, 15);
  const lines = columns(rows.map((row) => [...row.slice(0, -1), elide(row.at(-1)!, room)])).split('\n');
  expect(lines).toEqual(['a     bb  01…89', 'aaaa  b']);
});
