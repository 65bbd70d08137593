import { execFileSync, spawn } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { CLI, describeEach, runCli, RunningCli, runJson, useTemporaryFolder } from './support.js';

const has = (program: string): boolean => {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
/** A test for which a program is needed. */
const testWith = (program: string, name: string, body: () => void): void =>
  has(program) ? test(name, body) : test.skip(`${name} (skipped: there is no ${program} here)`, body);

/** What a shell makes of what we print for it. */
describeEach((implementation, { flags }) => {
  const folder = useTemporaryFolder();
  let dir: string;
  let made: PlaygroundStatus;
  beforeAll(async () => {
    dir = join(folder.path, "it's a $HOME");
    made = await runJson(['up', '--dir', dir, ...flags]);
    return async () => void (await runCli(['destroy', '--yes', '--dir', dir]));
  });
  /** Runs a script with `ln-play` on it as a function, and the playground meant. */
  const inShell = (shell: string, script: string, args: readonly string[] = ['-e', '-u']): string => {
    const prelude = `lnplay() { '${process.execPath}' '${CLI}' "$@"; }\n`;
    return execFileSync(shell, [...args, '-c', prelude + script], {
      encoding: 'utf8',
      env: { ...process.env, LN_PLAY_DIR: dir },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  };

  for (const shell of ['bash', 'sh', 'dash', 'zsh'])
    testWith(shell, `env in ${shell}`, () => {
      const script = `eval "$(lnplay env --shell ${shell === 'dash' ? 'sh' : shell})"
        l1 getinfo | grep '"alias"'
        l2 getinfo | grep '"alias"'
        bt getblockcount
        printf '%s\\n' "$LN_PLAY_DIR"
        ln-play status --json | grep -c '"alias"'`;
      const lines = inShell(shell, script)
        .split('\n')
        .map((line) => line.trim());
      expect(lines).toEqual(['"alias": "l1",', '"alias": "l2",', String(made.bitcoind.blocks), dir, '2', '']);
    });

  testWith('bash', "env counts where the talk's aliases stand already", () => {
    const script = `shopt -s expand_aliases\nalias l1='echo the old one'\neval "$(lnplay env --shell bash)"\nl1 getinfo`;
    expect(inShell('bash', script)).toContain('"alias": "l1"');
  });

  test('env in sh has the names with a hyphen too', () => {
    // an alias counts from the next line on
    const script = `eval "$(lnplay env --shell sh)"\nl1-cli getinfo | grep '"alias"'\nbt-cli getblockcount`;
    const args = ['-e', '-u'];
    const shell = has('dash') ? 'dash' : 'sh';
    expect(inShell(shell, script, args)).toContain('"alias": "l1"');
  });

  testWith('fish', 'env in fish', () => {
    const script = `'${process.execPath}' '${CLI}' env --shell fish | source; l1 getinfo`;
    expect(
      execFileSync('fish', ['-c', script], { encoding: 'utf8', env: { ...process.env, LN_PLAY_DIR: dir } }),
    ).toContain('"alias": "l1"');
  });

  test('env says as JSON what each name runs', async () => {
    const { commands } = await runJson<{ commands: { [name: string]: string[] } }>(['env', '--dir', dir]);
    expect(Object.keys(commands).sort()).toEqual(
      ['bt', 'bt-cli', 'l1', 'l1-cli', 'l1-log', 'l2', 'l2-cli', 'l2-log', 'ln-play'].sort(),
    );
    expect(commands['bt']).toContain(`-datadir=${join(dir, 'bitcoin')}`);
  });

  testWith('lightning-cli', 'lightning-cli on the lightning-dir', () => {
    const args = [`--lightning-dir=${join(dir, 'l1')}`, '--network=regtest', 'getinfo'];
    const info = JSON.parse(execFileSync('lightning-cli', args, { encoding: 'utf8' })) as object;
    expect(info).toMatchObject({ id: made.nodes[0]!.id, network: 'regtest' });
  });

  testWith('bash', 'bash completion, really sourced', () => {
    const lines: readonly (readonly [string, string])[] = [
      ['fund', 'fund-and-channel fund'],
      ['plugin ', 'new check call start stop list watch trace'],
      ['completion ', 'bash zsh fish'],
      ['status --j', '--json'],
      ['--j', '--json'],
      ['demo --cap', '--capacity'],
      ['logs ', 'l1 l2 bitcoind'],
      ['--timeout 5 connect l1 ', 'l1 l2'],
      ['fund l1 ', ''],
      ['mine ', ''],
      ['status ', ''],
      ['plugin new shop --template w', 'web-invoice'],
      ['plugin new shop --template=w', 'web-invoice'],
      ['open l1 l2 1btc --feerate u', 'urgent unilateral_close'],
      ['up --debugger l2:o', 'openingd onchaind'],
      ['up --lightningd e', 'embedded'],
      ['cli l2 listpeerc', 'listpeerchannels'],
      ['cli l2 getinfo ', ''],
      ['cli --dir /nowhere ', ''],
      ['plugin check --op', '--option'],
    ];
    const tries = lines.map(([line]) => `try 'ln-play ${line}'`);
    const script = `eval "$(lnplay completion bash)"
      try() { COMP_LINE=$1; COMP_POINT=\${#1}; COMPREPLY=(); _ln_play; echo "\${COMPREPLY[*]}"; }
      complete -p ln-play
      ${tries.join('\n')}`;
    const [how, ...offered] = inShell('bash', script, ['-u']).trimEnd().split('\n');
    expect(how).toBe('complete -o default -F _ln_play ln-play');
    expect(lines.map(([line], index) => [line, offered[index] ?? ''])).toEqual(lines);
  });

  test.each(['zsh', 'fish'])('%s completion is code of that shell', async (shell) => {
    const { code, stdout } = await runCli(['completion', shell]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`complete ${shell}`) as string });
    if (has(shell)) execFileSync(shell, ['-n', '-c', stdout]);
    expect((await runCli(['complete', shell, 'plugin', 'new', '--template', 'r'])).stdout).toBe(
      'reveal-word\twhat it is made from\nrust\twhat it is made from\n',
    );
  });

  test('logs: all of it, its end, and nothing more where the reader has gone', async () => {
    const logs = (...args: string[]) => runCli(['logs', '--dir', dir, ...args]);
    const all = await logs('l1');
    expect(all.code).toBe(0);
    expect(all.stdout).toMatch(/^(.+\n){4,}/);
    expect(await readFile(join(dir, 'l1', 'log'), 'utf8')).toSatisfy((text: string) => text.startsWith(all.stdout));
    expect((await logs('l1', '-n', '3')).stdout.split('\n')).toHaveLength(4);
    expect((await logs('bitcoind', '--lines', '2')).stdout).toMatch(/^.+\n.+\n$/);
    expect((await logs('l1', '-n', '0')).stdout).toBe('');
    const { lines } = await runJson<{ lines: string[] }>(['logs', '--dir', dir, 'l1', '-n', '2']);
    expect(lines).toHaveLength(2);
    const colours = await runCli(['logs', '--dir', dir, 'l1'], { env: { FORCE_COLOR: '1' } });
    expect(stripVTControlCharacters(colours.stdout)).toSatisfy((text: string) => text.startsWith(all.stdout));
    expect(colours.stdout).not.toContain(all.stdout);

    const big = `${'a line of some length that repeats itself\n'.repeat(100_000)}the end\n`;
    const log = join(dir, 'l2', 'log');
    await appendFile(log, big);
    for (const reader of ['head -1', 'true', 'head -c 1']) {
      const pipe = `set -o pipefail; '${process.execPath}' '${CLI}' logs l2 --dir "$LN_PLAY_DIR" | ${reader}`;
      const child = spawn('bash', ['-c', pipe], { env: { ...process.env, LN_PLAY_DIR: dir } });
      let stderr = '';
      child.stderr.on('data', (text) => (stderr += text));
      child.stdout.resume();
      const code = await new Promise((resolve) => child.once('close', resolve));
      expect({ reader, code, stderr }).toEqual({ reader, code: 0, stderr: '' });
    }
    expect((await logs('l2')).stdout).toContain('\nthe end\n');
  });

  test('logs -f goes on as it grows, until Ctrl-C', async () => {
    const following = new RunningCli(['logs', 'l1', '-f', '-n', '1', '--dir', dir]);
    const seen = (text: string) =>
      waitFor(`${text} in the log`, () =>
        Promise.resolve(following.stdout.includes(text) ? { done: true } : { seen: following.stdout }),
      );
    await seen('\n');
    const log = join(dir, 'l1', 'log');
    await appendFile(log, 'grüß dich\n');
    await seen('grüß dich\n');
    if (implementation === 'embedded') await writeFile(log, ''); // lightningd itself goes on where it was
    await appendFile(log, 'and again\n');
    await seen('and again\n');
    following.signal('SIGINT');
    expect(await following.result).toMatchObject({ code: 130, stderr: '' });
  });
});
