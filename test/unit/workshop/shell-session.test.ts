import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../../src/core/wait.js';
import { ShellSession } from '../../../src/workshop/shell-session.js';

let folder: string;
let shell: ShellSession;
let screen = '';

const SIZE = { columns: 71, rows: 23 };

async function start(terminal: typeof SIZE | undefined): Promise<void> {
  screen = '';
  const onScreen = (text: string): void => void (screen += text);
  shell = await ShellSession.start({ scratch: folder, cwd: folder, env: process.env, terminal, onScreen });
}

const shows = (text: string): Promise<void> =>
  waitFor(`${text} on the screen`, () =>
    Promise.resolve(screen.includes(text) ? { done: undefined } : { seen: screen }),
  );

/** Runs what is typed, and types `keys` once it has said that it has `started`. */
async function interrupted(command: string, ...keys: string[]): Promise<number> {
  screen = '';
  const ended = shell.runTyped(command);
  for (const key of keys) {
    await shows('started');
    shell.type(Buffer.from(key));
  }
  return await ended;
}

const started = (more: string): string => `sh -c 'echo star""ted; ${more}'`; // what is typed may be on the screen, too

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shell-'));
});

afterEach(async () => {
  await shell.close();
  const left = await readdir(folder);
  await rm(folder, { recursive: true });
  expect(left).toEqual([]);
});

describe.each([
  ['on pipes', undefined],
  ['on a terminal', SIZE],
] as const)('the shell of the workshop %s', (_, terminal) => {
  beforeEach(async () => await start(terminal));

  test('keeps variables and functions from one command to the next, and tells how each ended', async () => {
    expect(await shell.run('x=\'two words\'; f() { echo "got $1"; }')).toEqual({ output: '', exitCode: 0 });
    expect((await shell.run('f "$x"')).output).toBe('got two words\n');
    expect((await shell.run('ls /nonexistent')).exitCode).not.toBe(0);
    expect((await shell.run('echo out; echo err >&2')).output).toBe('out\nerr\n');
    expect((await shell.run('if')).exitCode).not.toBe(0); // a syntax error does not end it
    expect((await shell.run('cat; echo done')).output).toBe('done\n'); // its input is empty, not our next command
    expect(await shell.runTyped('(exit 7)')).toBe(7);
    expect(screen).toBe('');
  });

  test('says so when it has ended', async () => {
    await expect(shell.run('exit 3')).rejects.toMatchObject({ code: 'STATE' });
  });

  test('says what was printed when a command does not end', async () => {
    await expect(shell.run('echo waiting; sleep 30', { timeoutMs: 2_000 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      details: expect.arrayContaining(['waiting']),
    });
  });

  test('Ctrl-C ends the command that runs, and not the shell', async () => {
    for (const command of [
      started('exec sleep 300'),
      `${started('exec sleep 300')}; echo next`,
      `while true; do ${started('exec sleep 300')}; done`,
      `f() { ${started('exec sleep 300')}; echo next; }; f`,
    ]) {
      expect(await interrupted(command, '\x03'), command).toBe(130);
      expect(screen).not.toContain('next\n');
    }
    expect((await shell.run('echo back')).output).toBe('back\n');
  });
});

describe('on a terminal', () => {
  beforeEach(async () => await start(SIZE));

  test('what is typed has a terminal of the size of the person’s, and what a step runs has none', async () => {
    await shell.runTyped('stty size; test -t 0 -a -t 1 -a -t 2 && echo a terminal');
    expect(screen).toBe('23 71\r\na terminal\r\n');
    shell.resize({ columns: 60, rows: 20 });
    await shell.runTyped('stty size');
    expect(screen).toContain('20 60');
    expect((await shell.run('test -t 0 || test -t 1 || echo none')).output).toBe('none\n');
  });

  test('what is typed gets what the person types, and what it leaves over is no command', async () => {
    const ended = shell.runTyped('echo star""ted; read -r line; echo "read $line"');
    await shows('started');
    shell.type(Buffer.from('one\necho two""2\n'));
    expect(await ended).toBe(0);
    expect(screen).toContain('read one');
    expect((await shell.run('echo three')).output).toBe('three\n');
    expect(screen).not.toContain('two2');
  });

  test('Ctrl-C spares what runs in the background', async () => {
    // Node heeds SIGINT also where the shell had it ignored, as it does for what runs in the background.
    const node = `'${process.execPath}' -e 'console.log("up"); setInterval(() => {}, 1e6)'`;
    await shell.runTyped(`${node} & background=$!`);
    await shows('up');
    expect(await interrupted(started('exec sleep 300'), '\x03')).toBe(130);
    expect((await shell.run('kill -0 $background && echo alive')).output).toBe('alive\n');
  });

  test('Ctrl-Z stops the command that runs, and fg has it go on', async () => {
    // it starts no program: sh, stopped between vfork and exec, would wait for its child and not stop itself
    await interrupted(`bash -c 'while :; do echo star""ted; read -rt 0.1; done'`, '\x1a');
    expect((await shell.run('jobs')).output).toContain('Stopped');
    expect(await interrupted('fg', '\x03')).toBe(130); // once what goes on has said so
  });

  test('a program that dies with the terminal in another mode leaves it usable', async () => {
    await shell.runTyped('stty raw -icanon -opost');
    await shell.runTyped('stty -a');
    expect(screen).toMatch(/(?<!-)icanon/);
    expect(screen).toMatch(/(?<!-)opost/);
  });
});
