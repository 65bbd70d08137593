import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { onPath } from '../../src/daemons/executables/files.js';
import { CHAPTERS } from '../../src/workshop/chapters.js';
import { CLI, describeEach, runCli, useTemporaryFolder } from './support.js';

describeEach((_implementation, { flags }) => {
  const folder = useTemporaryFolder();

  test('the whole talk comes out as it says, and any chapter again in the folder that it leaves', async () => {
    const dir = join(folder.path, 'talk');
    const whole = await runCli(['workshop', '--yes', '--dir', dir, ...flags], { timeoutMs: 120_000 });
    expect(whole.stderr).not.toContain('error:');
    expect(whole.stdout).toContain('"alias": "satoshi"');
    expect(whole.stdout).toContain('"word": "reckless"');
    expect(whole.stdout).toContain(`${CHAPTERS.length} chapters`);
    expect(whole.code).toBe(0);

    const getword = CHAPTERS.findIndex(({ title }) => title === 'getword') + 1;
    const again = await runCli(['workshop', '--yes', '--dir', dir, '--chapter', String(getword), '--json', ...flags]);
    expect(JSON.parse(again.stdout)).toEqual({ chapters: [{ chapter: getword, title: 'getword', steps: 2 }] });
    expect(again.code).toBe(0);
  });

  test('one chapter stands on those before it, of which those that have been done are not done again', async () => {
    const dir = join(folder.path, 'parts');
    const chapter = async (number: number): Promise<unknown> => {
      const args = ['workshop', '--yes', '--dir', dir, '--chapter', String(number), '--json', ...flags];
      const { code, stdout } = await runCli(args);
      expect(code).toBe(0);
      return JSON.parse(stdout);
    };
    const title = 'A name and a colour of your own';
    expect(await chapter(5)).toEqual({ chapters: [{ chapter: 5, title, steps: 4 }] });
    expect(await chapter(8)).toMatchObject({ chapters: [{ chapter: 8, title: 'Connect over a socket file' }] });
    const config = await readFile(join(dir, 'l1', 'config'), 'utf8');
    expect(config.match(/^alias=satoshi$/gm)).toHaveLength(1);
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

/** The workshop in a terminal, typed into. */
class Terminal {
  readonly exit: Promise<unknown[]>;
  readonly #child;
  /** What came to the screen since the last look. */
  screen = '';

  constructor(command: string) {
    this.#child = spawn('script', ['-qfec', command, '/dev/null'], { stdio: 'pipe' });
    this.exit = once(this.#child, 'exit');
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.screen += text));
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** Waits for it, and looks on behind it from then on. @returns what was there before it */
  async shows(text: string): Promise<string> {
    return await waitFor(`${text} on the screen`, () => {
      const at = this.screen.indexOf(text);
      if (at === -1) return Promise.resolve({ seen: this.screen });
      const before = this.screen.slice(0, at);
      this.screen = this.screen.slice(at + text.length);
      return Promise.resolve({ done: before });
    });
  }

  kill(): void {
    this.#child.kill();
  }
}

describe.skipIf(!terminal)('in a terminal', () => {
  const folder = useTemporaryFolder();
  let screen: Terminal;

  const start = (...flags: string[]): void => {
    screen = new Terminal(`'${process.execPath}' '${CLI}' workshop --lightningd embedded ${flags.join(' ')}`);
  };
  afterEach(() => screen.kill());

  test('what is typed has a terminal, and Ctrl-C ends it alone', async () => {
    start();
    await screen.shows('› ');
    screen.type('test -t 0 && test -t 1 && echo a ter""minal\r'); // what is typed is on the screen, too
    await screen.shows('a terminal');
    await screen.shows('› ');
    screen.type(`sh -c 'echo be""gun; exec sleep 1000'\r`);
    await screen.shows('begun');
    screen.type('\x03');
    await screen.shows('› ');
    screen.type('echo still he""re\r');
    await screen.shows('still here');
  });

  test('Ctrl-C at the prompt asks first, and q says what was done', async () => {
    start();
    await screen.shows('› ');
    screen.type('half a line\x03');
    await screen.shows('› ');
    screen.type('\x03');
    await screen.shows('End the workshop?');
    screen.type('n\r');
    await screen.shows('› ');
    screen.type('\x03');
    await screen.shows('End the workshop?');
    screen.type('y\r');
    expect(await screen.exit).toEqual([0, null]);
    expect(screen.screen).toContain('has been removed');
    expect(await readdir(process.env['TMPDIR']!)).toEqual([]);
  });

  test('a step that fails can be mended, a shell that ends is replaced, and q keeps the folder that was named', async () => {
    const dir = join(folder.path, 'kept');
    start('--dir', dir);
    await screen.shows('› ');
    screen.type('ln-play() { echo br""oken; }\r');
    await screen.shows('› ');
    screen.type('\r');
    expect(await screen.shows('step 1 did not come out')).toContain('broken');
    await screen.shows('› ');
    screen.type('exit 3\r');
    await screen.shows('has ended the shell');
    await screen.shows('› ');
    screen.type('\r'); // the function is there again: the shell remembers it
    await screen.shows('step 1 did not come out');
    await screen.shows('› ');
    screen.type('s\r');
    await screen.shows('› ');
    screen.type('q\r');
    expect(await screen.exit).toEqual([0, null]);
    expect(screen.screen).toContain(`is kept:\r\n  ${dir}`);
    expect(JSON.parse(await readFile(join(dir, 'workshop', '.ln-play', 'journal.json'), 'utf8'))).toEqual({
      'Set up': 1,
    });
  });
});
