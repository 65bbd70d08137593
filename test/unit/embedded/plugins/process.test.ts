import { expect, it } from 'vitest';
import { PluginProcess } from '../../../../src/embedded/plugins/process.js';
import { LogBook } from '../../../../src/embedded/log/log-book.js';

it('takes a flood of lines a piece at a time, so that all else has its turn', async () => {
  const line = 'a line of a flood on standard error';
  const book = new LogBook();
  const seen = { lines: 0, over: false };
  let mostInATurn = 0;
  book.listen(() => seen.lines++);
  const end = (): void => void (seen.over = true);
  const listener = { failed: end, message: end, broke: end, exited: end };
  const script = `yes '${line}' | head -n 200000 >&2`;
  const flood = new PluginProcess('/bin/sh', ['-c', script], process.env, book.logger('plugin-flood'), listener);
  expect(flood.pid).toBeGreaterThan(0);
  while (!seen.over || seen.lines < 200_000) {
    const before = seen.lines;
    await new Promise((resolve) => setImmediate(resolve));
    mostInATurn = Math.max(mostInATurn, seen.lines - before);
  }
  expect(mostInATurn * (line.length + 1)).toBeLessThan(3 * 64 * 1024);
});
