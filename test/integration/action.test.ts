import { execFile } from 'node:child_process';
import { readFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readIfThere } from '../../src/core/files.js';
import { bareEnvironment } from './bare-environment.js';
import { copySources } from './sources.js';
import { runCli, useTemporaryFolder } from './support.js';

const run = promisify(execFile);

interface Action {
  readonly inputs: { readonly [name: string]: { readonly default: string } };
  readonly runs: {
    readonly steps: readonly {
      readonly run?: string;
      readonly shell?: string;
      readonly env?: { readonly [name: string]: string };
    }[];
  };
}

/** The action as a workflow has it: its steps run as scripts, in a clone that was made just before. */
describe('the GitHub action', () => {
  const folder = useTemporaryFolder();
  let clone: string;
  let action: Action;
  beforeAll(async () => {
    clone = join(folder.path, 'clone');
    await copySources(clone);
    action = parse(await readFile(join(clone, 'action.yml'), 'utf8')) as Action;
  });

  /** What it tells later steps, with the values that it has for each of GitHub's files. */
  async function act(name: string, inputs: { readonly [name: string]: string }) {
    const work = join(folder.path, name);
    await mkdir(join(work, 'temp'), { recursive: true });
    const files = {
      GITHUB_ENV: join(work, 'env'),
      GITHUB_OUTPUT: join(work, 'output'),
      GITHUB_PATH: join(work, 'path'),
    };
    const value = (text: string) =>
      text.replaceAll(
        /\$\{\{ inputs\.(\w+) \}\}/g,
        (_, input: string) => inputs[input] ?? action.inputs[input]!.default,
      );
    for (const step of action.runs.steps) {
      if (!step.run) continue; // GitHub's own actions are its own
      const given = Object.entries(step.env ?? {}).map(([key, text]) => [key, value(text)]);
      const env = {
        ...bareEnvironment(),
        ...Object.fromEntries(given),
        ...files,
        GITHUB_ACTION_PATH: clone,
        RUNNER_TEMP: join(work, 'temp'),
        LN_PLAY_DIR: join(work, 'p'),
      };
      await run(step.shell!, ['-c', step.run], { cwd: work, env, maxBuffer: 100_000_000 });
    }
    const read = async (file: string) =>
      Object.fromEntries(
        ((await readIfThere(file)) ?? '')
          .split('\n')
          .filter(Boolean)
          .map((line) => line.split(/=(.*)/s).slice(0, 2)),
      ) as { [name: string]: string };
    return {
      env: await read(files.GITHUB_ENV),
      output: await read(files.GITHUB_OUTPUT),
      path: (await readFile(files.GITHUB_PATH, 'utf8')).trim(),
    };
  }

  test('starts the network that a file describes, and tells later steps of it', async () => {
    const network = 'nodes: { ann: {}, bob: {} }\nchannels: [{ from: ann, to: bob, capacity: 1000000sat }]\n';
    await mkdir(join(folder.path, 'file'));
    await writeFile(join(folder.path, 'file', 'net.yaml'), network);
    const { env, output, path } = await act('file', { lightningd: 'embedded', network: 'net.yaml' });
    try {
      expect(env).toMatchObject({
        LIGHTNINGD_EXE: 'embedded',
        LN_PLAY_DIR: output['dir'],
        LN_PLAY_BITCOIND_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
        LN_PLAY_ANN_ID: expect.stringMatching(/^0[23][0-9a-f]{64}$/) as string,
        LN_PLAY_BOB_DIR: join(output['dir']!, 'bob'),
      });
      expect(await readIfThere(env['LN_PLAY_BITCOIND_COOKIE']!)).toMatch(/^__cookie__:/);
      const { stdout } = await run('sh', ['-c', 'ln-play cli ann getinfo'], {
        env: { ...bareEnvironment(), ...env, PATH: `${path}:${process.env['PATH']}` },
      });
      expect((JSON.parse(stdout) as { id: string }).id).toBe(env['LN_PLAY_ANN_ID']);
      expect((JSON.parse(output['status']!) as { nodes: object[] }).nodes).toHaveLength(2);
    } finally {
      expect((await runCli(['destroy', '--yes', '--dir', join(folder.path, 'file', 'p')])).code).toBe(0);
    }
  }, 300_000);

  test('leaves it to you, where that is asked for', async () => {
    const { env, output } = await act('nothing', { up: 'false' });
    expect({ env, output }).toEqual({ env: {}, output: {} });
  }, 300_000);
});
