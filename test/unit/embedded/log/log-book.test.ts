import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogBook, RING_BYTES } from '../../../../src/embedded/log/log-book.js';
import type { SinkOptions } from '../../../../src/embedded/log/sink.js';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ln-play log '));
  file = join(dir, 'log');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const sink = (more: Partial<SinkOptions> = {}): SinkOptions => ({
  levels: ['debug'],
  files: [file],
  prefix: '',
  timestamps: false,
  quiet: true,
  ...more,
});
const printed = async (path = file): Promise<string[]> => (await readFile(path, 'utf8')).split('\n').slice(0, -1);

test('lines read as those of lightningd', async () => {
  const book = new LogBook();
  const log = book.logger('lightningd');
  log.info('v1');
  book.open(sink({ timestamps: true }));
  log.debug('two\nlines');
  log.child('chan#1', '02ab').unusual('odd');
  log.child('plugin-x').broken('gone');
  const lines = await printed();
  for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /);
  expect(lines.map((line) => line.slice(25))).toEqual([
    'INFO    lightningd: v1',
    `DEBUG   lightningd: Opened log file ${file}`,
    'DEBUG   lightningd: two?lines',
    'UNUSUAL 02ab-chan#1: odd',
    '**BROKEN** plugin-x: gone',
  ]);
});

test('levels count for all, for a subsystem, and for a file', async () => {
  const other = join(dir, 'other');
  const book = new LogBook();
  book.open(sink({ levels: ['UNUSUAL', 'trace:plugin-', `info:chan:${other}`], files: [file, other] }));
  const log = book.logger('lightningd');
  log.info('left out');
  log.unusual('kept');
  log.child('plugin-x').trace('kept too');
  log.child('chan#1').info('for other');
  expect(await printed()).toEqual(['UNUSUAL lightningd: kept', 'TRACE   plugin-x: kept too']);
  expect(await printed(other)).toEqual([
    'UNUSUAL lightningd: kept',
    'TRACE   plugin-x: kept too',
    'INFO    chan#1: for other',
  ]);
});

test('a second run leaves a gap, and files can be moved away', async () => {
  for (const text of ['first', 'second']) {
    const book = new LogBook();
    book.open(sink({ levels: ['info'], prefix: 'l1 ' }));
    book.logger('lightningd').info(text);
    if (text === 'first') continue;
    await rename(file, `${file}.1`);
    book.reopen();
    book.logger('lightningd').info('third');
  }
  expect(await printed(`${file}.1`)).toEqual([
    'l1 INFO    lightningd: first',
    '',
    '',
    '',
    '',
    'l1 INFO    lightningd: second',
  ]);
  expect(await printed()).toEqual(['l1 INFO    lightningd: third']);
});

test.each([
  [{ levels: ['loud'] }, 'unknown log level loud'],
  [{ levels: ['info:x:/nowhere'] }, 'unknown log file /nowhere'],
  [{ files: ['/nowhere/log'] }, /^Failed to open: ENOENT/],
])('%j is refused', (more, message) => {
  expect(() => new LogBook().open(sink(more))).toThrow(message);
});

test('the book forgets its oldest entries, and cuts what is giant', () => {
  const book = new LogBook();
  const log = book.logger('lightningd');
  for (let i = 0; i < 200; i++) log.debug(`${i} ${'x'.repeat(100_000)}`);
  expect(book.bytesUsed).toBeLessThanOrEqual(RING_BYTES);
  const entries = book.entries();
  expect(entries.length).toBeLessThan(200);
  expect(entries.at(-1)?.text.startsWith('199 ')).toBe(true);
  log.info('y'.repeat(RING_BYTES / 32));
  expect(book.entries().at(-1)?.text).toMatch(/^\[TRUNCATED message from 262144 bytes\]: y/);
});
