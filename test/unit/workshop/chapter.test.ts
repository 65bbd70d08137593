import { describe, expect, test } from 'vitest';
import { linesThatMatter, unmet, type WorkshopStep } from '../../../src/workshop/chapter.js';
import { CHAPTERS } from '../../../src/workshop/chapters.js';
import { ShellSession } from '../../../src/workshop/shell-session.js';

const step = (more: Partial<WorkshopStep>): WorkshopStep => ({ type: 'true', expect: [], after: '', ...more });

describe('a step', () => {
  test('shows the lines that matter, and says how many it leaves out', () => {
    const output = 'a 1\nb 2\n\na 3\n';
    expect(linesThatMatter(output, step({ show: [/^a/] }))).toEqual(['a 1', 'a 3']);
    expect(linesThatMatter(output, step({}), 2)).toEqual(['a 1', 'b 2', '… 1 more lines']);
  });

  test('is unmet by another output and by another exit code', () => {
    const paid = step({ expect: [/complete/] });
    expect(unmet(paid, { output: '"status": "complete"', exitCode: 0 })).toEqual([]);
    expect(unmet(paid, { output: 'failed', exitCode: 0 })).toEqual(['its output matches /complete/']);
    expect(unmet(paid, { output: 'complete', exitCode: 1 })).toEqual(['it exits with 0, not 1']);
  });
});

test('every step of the workshop says what must come of it and what happened', () => {
  for (const { title, steps } of CHAPTERS) {
    expect(steps.length, title).toBeGreaterThan(0);
    for (const { type, after } of steps) {
      expect(type, title).not.toBe('');
      expect(after, type).not.toBe('');
    }
  }
});

describe('the shell of the workshop', () => {
  test('keeps variables and functions from one command to the next, and tells how each ended', async () => {
    const shell = await ShellSession.start('/tmp', process.env);
    try {
      expect(await shell.run('x=\'two words\'; f() { echo "got $1"; }')).toEqual({ output: '', exitCode: 0 });
      expect((await shell.run('f "$x"')).output.trim()).toBe('got two words');
      expect((await shell.run('ls /nonexistent')).exitCode).not.toBe(0);
      expect((await shell.run('echo out; echo err >&2')).output.trim()).toBe('out\nerr');
      expect((await shell.run('if')).exitCode).not.toBe(0); // a syntax error does not end it
      expect((await shell.run('cat; echo done')).output.trim()).toBe('done'); // its input is empty, not our next command
    } finally {
      shell.close();
    }
  });

  test('says so when it has ended', async () => {
    const shell = await ShellSession.start('/tmp', process.env);
    await expect(shell.run('exit 3')).rejects.toMatchObject({ code: 'STATE' });
    shell.close();
  });

  test('says what was printed when a command does not end', async () => {
    const shell = await ShellSession.start('/tmp', process.env);
    try {
      await shell.run('true'); // it is up
      await expect(shell.run('echo waiting; sleep 30', { timeoutMs: 2_000 })).rejects.toMatchObject({
        code: 'TIMEOUT',
        details: expect.arrayContaining(['waiting']),
      });
    } finally {
      shell.close();
    }
  });

  /** Runs a command until it has printed `started`, and interrupts it then. */
  const interrupted = async (shell: ShellSession, command: string, how: ('SIGINT' | 'SIGKILL')[] = ['SIGINT']) => {
    let told = '';
    const onOutput = (text: string): void => {
      told += text;
      for (const signal of told.includes('started') ? how.splice(0) : []) shell.interrupt(signal);
    };
    return { ...(await shell.run(command, { timeoutMs: Infinity, onOutput })), told };
  };
  const started = (more: string): string => `sh -c 'echo started; ${more}'`;

  test('an interrupt ends the command that runs, and not the shell or what runs in its background', async () => {
    const shell = await ShellSession.start('/tmp', process.env);
    try {
      // Node heeds SIGINT also where the shell had it ignored, as it does for what runs in the background.
      const node = `'${process.execPath}' -e 'console.log("up"); setInterval(() => {}, 1e6)'`;
      await shell.run(
        `up=$(mktemp); ${node} > "$up" & background=$!; until [ -s "$up" ]; do sleep 0.02; done; rm "$up"`,
      );
      for (const command of [
        started('exec sleep 300'),
        `${started('exec sleep 300')}; echo next`,
        `while true; do ${started('exec sleep 300')}; done`,
        `f() { ${started('exec sleep 300')}; echo next; }; f`,
      ]) {
        const { exitCode, told } = await interrupted(shell, command);
        expect(exitCode, command).toBe(130);
        expect(told).not.toContain('next');
      }
      expect((await shell.run('kill -0 $background && echo alive')).output.trim()).toBe('alive');
    } finally {
      shell.close();
    }
  });

  test('what does not heed an interrupt is ended by force', async () => {
    const shell = await ShellSession.start('/tmp', process.env);
    try {
      await interrupted(shell, `trap "" INT; ${started('sleep 300; sleep 300')}`, ['SIGINT', 'SIGKILL']);
      expect((await shell.run('echo back')).output.trim()).toBe('back');
    } finally {
      shell.close();
    }
  });
});
