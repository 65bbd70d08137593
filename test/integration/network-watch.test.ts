import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitFor, type Probe } from '../../src/core/wait.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { sendSignal } from '../../src/process/signal.js';
import { findByArgument } from '../../src/process/table.js';
import { writeFakePlugin, writeScript, type FakeBehaviour } from '../fakes/plugins/support.js';
import { interrupt, untilPrinted } from './plugin-support.js';
import { describeEach, RunningCli, usePlaygroundFolders } from './support.js';

/** Plugins of a network's file: the background runs what is saved. */
describeEach((_, { flags }) => {
  const at = usePlaygroundFolders();
  const { json, status } = at;
  const save = (behaviour: FakeBehaviour, name: string) =>
    writeFakePlugin(at.folder, { tellPid: true, ...behaviour }, name);
  const up = async (plugins: readonly string[], ...more: string[]) => {
    const file = join(at.folder, 'network.json');
    await writeFile(file, JSON.stringify({ nodes: { alice: { plugins }, bob: {} } }));
    return await json<PlaygroundStatus & { started: string[] }>('up', file, ...flags, ...more);
  };
  const ask = (): Promise<{ readonly answer: string; readonly pid: number }> => json('cli', 'alice', 'fake');
  const until = (what: string, probe: () => Promise<boolean>, seen: () => Promise<unknown>): Promise<void> =>
    waitFor(what, async (): Promise<Probe<void>> =>
      (await probe()) ? { done: undefined } : { seen: JSON.stringify(await seen()) },
    );
  const untilAnswers = (answer: string): Promise<void> => {
    const asked = () => ask().catch(String);
    return until(
      `the plugin to answer ${answer}`,
      async () => JSON.stringify(await asked()).includes(`"${answer}"`),
      asked,
    );
  };
  const problem = async (): Promise<string | null> => (await status()).background[0]!.problem;
  const untilProblem = (matches: RegExp): Promise<void> =>
    until(`the problem ${String(matches)}`, async () => matches.test((await problem()) ?? ''), problem);
  const untilMended = (): Promise<void> => until('no problem', async () => (await problem()) === null, problem);

  test('each save runs, and up again restarts nothing; one that fails leaves the old one running, and is told of', async () => {
    const file = await save({ answer: 'first' }, 'watched.sh');
    const { background } = await up([file]);
    expect(background).toMatchObject([
      {
        name: 'watch',
        from: 'file',
        details: { plugins: [{ node: 'alice', plugin: file, reloads: 0 }] },
        problem: null,
      },
    ]);
    const first = await ask();
    expect(await up([file])).toMatchObject({ started: [] });
    expect(await ask()).toEqual(first);

    await save({ answer: 'second' }, 'watched.sh');
    await untilAnswers('second');
    const second = await ask();
    expect((await status()).background).toMatchObject([{ details: { plugins: [{ reloads: 1 }] }, problem: null }]);
    const { plugins } = await json<{ plugins: { name: string }[] }>('plugin', 'list', 'alice');
    expect(plugins.map(({ name }) => name)).toContain(file);

    await save({ on: { getmanifest: 'die' } }, 'watched.sh');
    await untilProblem(
      /^watched\.sh on alice as it was saved: .*exited with code 1; the old one keeps running; see: ln-play/,
    );
    expect(await ask()).toEqual(second);
    expect(await readFile(join(at.dir, 'background.log'), 'utf8')).toMatch(/UNUSUAL watch: watched\.sh on alice/);

    await save({ answer: 'third' }, 'watched.sh');
    await untilAnswers('third');
    await untilMended();
  });

  test('a node that starts again runs what is saved, and is watched on; so is one after down and up', async () => {
    const file = await save({ answer: 'first' }, 'again.sh');
    await up([file]);
    await json('restart', 'alice');
    await save({ answer: 'second' }, 'again.sh');
    await untilAnswers('second');
    await json('down');
    await save({ answer: 'third' }, 'again.sh');
    expect(await json('up')).toMatchObject({ background: [{ name: 'watch', problem: null }] });
    await untilAnswers('third');
    const { pid } = await ask();
    await save({ answer: 'fourth' }, 'again.sh');
    await untilAnswers('fourth');
    expect((await ask()).pid).not.toBe(pid);
  });

  test('what the node does not take: the old one runs again', async () => {
    const file = await save({ answer: 'first' }, 'taken.sh');
    const other = await save({ manifest: { rpcmethods: [{ name: 'other', usage: '' }] } }, 'other.sh');
    await up([file, other]);
    await save(
      {
        manifest: {
          rpcmethods: [
            { name: 'fake', usage: '' },
            { name: 'other', usage: '' },
          ],
        },
      },
      'taken.sh',
    );
    await untilProblem(/^taken\.sh on alice: alice does not run taken\.sh: .*; the old one runs; see/);
    await untilAnswers('first');
    await save({ answer: 'second' }, 'taken.sh');
    await untilAnswers('second');
    await untilMended();
  });

  test('one that is not dynamic runs on, and it is said how the new one is started', async () => {
    const still = { manifest: { dynamic: false } };
    const file = await save({ ...still, answer: 'first' }, 'still.sh');
    await up([file]);
    const first = await ask();
    await save({ ...still, answer: 'second' }, 'still.sh');
    await untilProblem(/^still\.sh on alice: .* is not dynamic; the old one runs; .*: ln-play restart alice$/);
    expect(await ask()).toEqual(first);
    await json('restart', 'alice');
    await untilAnswers('second');
    await untilMended();
  });

  test('while somebody watches it by hand, its saves are theirs', async () => {
    const file = await save({ answer: 'first' }, 'shared.sh');
    await up([file]);
    const watch = new RunningCli(['plugin', 'watch', 'alice', file], { env: { LN_PLAY_DIR: at.dir } });
    await untilPrinted(watch, /watching shared\.sh/);
    await save({ answer: 'second' }, 'shared.sh');
    await untilPrinted(watch, /(✓ shared\.sh runs[^]*){2}/);
    await until(
      'the save to be left to it',
      async () => /left to who has it.*plugin watch alice/.test(await readFile(join(at.dir, 'background.log'), 'utf8')),
      problem,
    );
    await interrupt(watch);
    await untilAnswers('second');
    expect(await problem()).toBeNull();
    await save({ answer: 'third' }, 'shared.sh');
    await untilAnswers('third');
  });

  test('what was saved while nobody watched is made up for by up', async () => {
    const write = (answer: string): Promise<string> =>
      writeScript(
        at.folder,
        'late.cjs',
        `#!/usr/bin/env node
const results = {
  getmanifest: { options: [], rpcmethods: [{ name: 'fake', usage: '' }], dynamic: true },
  fake: { answer: '${answer}', pid: process.pid },
};
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === '') return;
  const { id, method } = JSON.parse(line);
  if (id) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} }) + '\\n');
}).on('close', () => process.exit(0));
`,
      );
    const file = await write('first');
    await up([file]);
    const first = await ask();
    for (const { pid } of findByArgument(`--background-of=${at.dir}`)) sendSignal(pid, 'SIGKILL');
    await up([file]);
    expect(await ask()).toEqual(first);
    for (const { pid } of findByArgument(`--background-of=${at.dir}`)) sendSignal(pid, 'SIGKILL');
    await write('second');
    await up([file]);
    await untilAnswers('second');
  });

  test('what is gone from the file is watched no more, once it is pruned', async () => {
    const file = await save({ answer: 'first' }, 'gone.sh');
    await up([file]);
    expect(await up([], '--prune')).toMatchObject({ background: [] });
    expect(findByArgument(`--background-of=${at.dir}`)).toEqual([]);
  });
});
