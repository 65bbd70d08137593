import { expect, test } from 'vitest';
import { run } from '../../../src/process/run.js';

const node = (code: string, options?: Parameters<typeof run>[2]) => run(process.execPath, ['-e', code], options);

test('gives the output, and its lines as they come', async () => {
  const lines: string[] = [];
  const result = await node('console.log("a\\nb"); console.error("c")', { onLine: (line) => lines.push(line) });
  expect(result).toEqual({ stdout: 'a\nb', stderr: 'c' });
  expect(lines).toEqual(['a', 'b']);
});

test('a failure has the exit code and the last lines of its standard error', async () => {
  const failing = node('for (let i = 0; i < 30; i++) console.error("line " + i); process.exitCode = 3');
  const error = (await failing.catch((thrown: unknown) => thrown)) as { details: string[] };
  expect(error).toMatchObject({ code: 'DAEMON', message: `${process.execPath} failed with exit code 3` });
  expect(error.details).toHaveLength(11);
  expect(error.details.at(-1)).toBe('line 29');
});

test('with lines asked for, a failure is the same', async () => {
  const failing = node('console.error("why"); process.exitCode = 3', { onLine: () => {} });
  await expect(failing).rejects.toMatchObject({ code: 'DAEMON', details: [expect.anything(), 'why'] });
});

test('a signal is named', async () => {
  await expect(node('process.kill(process.pid, "SIGKILL")')).rejects.toMatchObject({
    message: `${process.execPath} was killed by SIGKILL`,
  });
});

test('a program that is not there is named', async () => {
  await expect(run('/no/such/program', [])).rejects.toMatchObject({
    code: 'MISSING_BINARY',
    message: expect.stringContaining('/no/such/program') as string,
  });
});

test('ends when it takes too long, or is stopped', async () => {
  await expect(node('setInterval(() => {}, 1000)', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  const stop = new AbortController();
  const running = node('console.log("up"); setInterval(() => {}, 1000)', {
    signal: stop.signal,
    onLine: () => stop.abort(),
  });
  await expect(running).rejects.toMatchObject({ code: 'ABORTED' });
});
