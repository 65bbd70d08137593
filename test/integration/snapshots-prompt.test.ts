import { spawn, type IPty } from '@lydell/node-pty';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { CLI, describeEach, runCli, usePlaygroundFolders } from './support.js';

/** A command on a terminal of its own. */
class OnTerminal {
  readonly exit: Promise<number>;
  readonly #pty: IPty;
  /** All that was on the screen. */
  screen = '';

  constructor(args: readonly string[]) {
    const env = { ...process.env, NO_COLOR: '1' } as { [name: string]: string };
    this.#pty = spawn(process.execPath, [CLI, ...args], { cols: 160, rows: 40, env });
    this.#pty.onData((text) => (this.screen += stripVTControlCharacters(text)));
    this.exit = new Promise((resolve) => void this.#pty.onExit(({ exitCode }) => resolve(exitCode)));
  }

  async shows(text: string): Promise<void> {
    await waitFor(`${text} on the screen`, () =>
      Promise.resolve(this.screen.includes(text) ? { done: undefined } : { seen: this.screen }),
    );
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  kill(): void {
    this.#pty.kill('SIGKILL');
  }
}

const QUESTION = 'Put it back? [y/N] ';

describeEach((_implementation, { flags }) => {
  const at = usePlaygroundFolders();
  let terminal: OnTerminal | undefined;
  afterEach(() => terminal?.kill());

  test('what is lost is said, and nothing is done without a yes; a pipe has nobody to say it', async () => {
    await at.json('up', ...flags);
    await at.json('fund-and-channel');
    await at.json('snapshot', 'save', 'funded');
    await at.json('mine', '2');
    await at.json('pay-demo', '--amount', '5000sat');
    const since = await at.json('snapshot', 'diff', 'funded');
    const args = ['snapshot', 'restore', 'funded', '--dir', at.dir];
    const ask = async (keys: string): Promise<{ code: number; screen: string }> => {
      terminal = new OnTerminal(args);
      await terminal.shows(QUESTION);
      terminal.type(keys);
      const code = await terminal.exit;
      return { code, screen: terminal.screen };
    };

    const noes = {
      no: 'n\r',
      nothing: '\r',
      'another word': 'yesterday\r',
      'Ctrl-C': '\x03',
      'Ctrl-D': '\x04',
      'Ctrl-C in a word': 'ye\x03',
    };
    for (const [what, keys] of Object.entries(noes)) {
      const { code, screen } = await ask(keys);
      expect({ what, code, screen }).toEqual({
        what,
        code: 130,
        screen: expect.stringContaining('error: Nothing was changed') as string,
      });
      const told = screen.slice(0, screen.indexOf(QUESTION));
      expect(told).toContain(`All since funded (just now) would be lost, in ${at.dir}:`);
      expect(told).toMatch(/\+2 blocks: \d+ → \d+/);
      expect(told).toMatch(/channel \d+x1x0 from l2 to l1: l2 4200000sat → 419\d{4}(\.\d+)?sat/);
      expect(told).toMatch(/l1: 1 invoice made, 1 paid, 5000sat received/);
    }
    expect(await at.json('snapshot', 'diff', 'funded')).toEqual(since);

    const piped = await runCli(args, { input: 'y\n' });
    expect({ code: piped.code, stderr: piped.stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^error: All since funded(.*\n)+ {2}\+2 blocks(.*\n)+hint: .* --yes\n$/) as string,
    });
    expect(await at.json('snapshot', 'diff', 'funded')).toEqual(since);

    const { code, screen } = await ask('y\r');
    expect({ code, screen }).toEqual({
      code: 0,
      screen: expect.stringContaining('✔ the playground is as it was') as string,
    });
    expect(await at.json('snapshot', 'diff', 'funded')).toMatchObject({ channels: [], nodes: [] });

    // where nothing was lost, and where nobody can tell
    expect((await ask('n\r')).screen).toContain('nothing has happened since');
    await at.json('down');
    expect((await ask('n\r')).screen).toContain('what that is cannot be told, since not all of the playground runs');
    expect((await ask('YES\r')).code).toBe(0);

    terminal = new OnTerminal(['snapshot', 'restore', 'nothing', '--dir', at.dir]);
    expect(await terminal.exit).toBe(2);
    expect(terminal.screen).not.toContain(QUESTION);
  });
});
