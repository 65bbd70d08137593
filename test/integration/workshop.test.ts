import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { onPath } from '../../src/daemons/executables/files.js';
import { CLI, describeEach, runCli, useTemporaryFolder } from './support.js';

describeEach((_implementation, { flags }) => {
  useTemporaryFolder();

  test('the whole talk comes out as it says', async () => {
    const { code, stdout, stderr } = await runCli(['workshop', '--yes', ...flags]);
    expect(stderr).not.toContain('error:');
    expect(stdout).toContain('"word": "reckless"');
    expect(stdout).toContain('15 chapters');
    expect(code).toBe(0);
  });

  test('one chapter stands on those before it', async () => {
    const { code, stdout } = await runCli(['workshop', '--yes', '--chapter', '4', '--json', ...flags]);
    expect(JSON.parse(stdout)).toEqual({ chapters: [{ chapter: 4, title: 'Connect over a socket file', steps: 3 }] });
    expect(code).toBe(0);
  });
});

test('without a terminal it says how to run it', async () => {
  const { code, stdout, stderr } = await runCli(['workshop']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('ln-play workshop --yes');
});

test('a chapter that there is not is refused', async () => {
  const { code, stderr } = await runCli(['workshop', '--chapter', '99']);
  expect(code).toBe(2);
  expect(stderr).toContain('--chapter "99"');
});

/** script(1) of util-linux gives a program a terminal. */
const terminal = process.platform === 'linux' ? await onPath('script', process.env) : undefined;

describe.skipIf(!terminal)('in a terminal', () => {
  useTemporaryFolder();

  test('Ctrl-C ends what the person typed, and then the workshop goes on', async () => {
    const child = spawn('script', ['-qfec', `'${process.execPath}' '${CLI}' workshop`, '/dev/null'], { stdio: 'pipe' });
    const exit = once(child, 'exit');
    let screen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
    const shows = (text: string): Promise<void> =>
      waitFor(`${text} on the screen`, async () => {
        const at = screen.indexOf(text);
        if (at === -1) return { seen: screen };
        screen = screen.slice(at + text.length);
        return { done: undefined };
      });
    try {
      await shows('› ');
      child.stdin.write(`sh -c 'echo be""gun; exec sleep 1000'\r`); // what is typed is on the screen, too
      await shows('begun');
      child.stdin.write('\x03');
      await shows('› ');
      child.stdin.write('echo still he""re\r');
      await shows('still here');
      await shows('› ');
      child.stdin.write('\x03');
      expect(await exit).toEqual([130, null]);
      expect(screen).toContain('Stopped by SIGINT');
    } finally {
      child.kill();
    }
  });
});
