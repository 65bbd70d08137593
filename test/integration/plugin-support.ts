import { Playground } from 'ln-play';
import { afterAll, beforeAll, expect } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { type LightningdOptions, RunningCli, runCli, useTemporaryFolder, type CliResult } from './support.js';

/** A playground for a suite, and the command line in it. */
export function usePlayground(options: LightningdOptions): {
  readonly playground: Playground;
  readonly folder: string;
  /** Runs a command that must succeed. */
  readonly ok: (...args: readonly string[]) => Promise<CliResult>;
  /** Runs a command that must fail. */
  readonly fails: (...args: readonly string[]) => Promise<CliResult>;
  /** Calls a method of a node; gives its result. */
  readonly cli: (...args: readonly string[]) => Promise<Record<string, unknown>>;
  /** Starts a command that goes on until it is told to end. */
  readonly running: (...args: readonly string[]) => RunningCli;
} {
  const folder = useTemporaryFolder();
  let playground: Playground;
  beforeAll(async () => {
    playground = await Playground.start(options);
  });
  afterAll(async () => {
    await playground?.dispose();
  });
  const env = () => ({ env: { LN_PLAY_DIR: playground.dir }, cwd: folder.path });
  const ok = async (...args: readonly string[]): Promise<CliResult> => {
    const result = await runCli(args, env());
    expect(result, `ln-play ${args.join(' ')}`).toMatchObject({ code: 0 });
    return result;
  };
  return {
    get playground() {
      return playground;
    },
    get folder() {
      return folder.path;
    },
    ok,
    fails: async (...args) => {
      const result = await runCli(args, env());
      expect(result, `ln-play ${args.join(' ')}`).not.toMatchObject({ code: 0 });
      return result;
    },
    cli: async (...args) => JSON.parse((await ok('cli', ...args)).stdout) as Record<string, unknown>,
    running: (...args) => new RunningCli(args, env()),
  };
}

/** Waits until a command that runs has printed what is expected, and gives the match. */
export async function untilPrinted(running: RunningCli, pattern: RegExp): Promise<RegExpExecArray> {
  let ended: CliResult | undefined;
  void running.result.then((result) => (ended = result));
  return await waitFor<RegExpExecArray>(`${String(pattern)} to be printed`, async () => {
    const match = pattern.exec(running.stdout);
    if (match) return { done: match };
    if (ended) throw new Error(`it ended first: ${JSON.stringify(ended)}`);
    return { seen: `${running.stdout}\n${running.stderr}` };
  });
}

/** Ends a command as Ctrl-C does. */
export async function interrupt(running: RunningCli): Promise<CliResult> {
  running.signal('SIGINT');
  const result = await running.result;
  expect(result).toMatchObject({ code: 130 });
  return result;
}
