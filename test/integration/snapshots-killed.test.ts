import { spawn } from 'node:child_process';
import { access, readdir, readFile, watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Playground, waitFor, type Probe } from 'ln-play';
import { expect, test } from 'vitest';
import { Random } from '../../src/core/random.js';
import { contentOf, digestsOf } from './content.js';
import { CLI, describeEach, processesOf, runCli, runJson, usePlaygroundFolders } from './support.js';

/** How many times something is killed, and at which moments: LN_PLAY_KILLS=30 takes some minutes. */
const KILLS = Number(process.env['LN_PLAY_KILLS'] ?? 12);
const SEED = Number(process.env['LN_PLAY_KILLS_SEED'] ?? Date.now() % 1_000_000);

type Verb = 'save' | 'import' | 'restore' | 'revert';
const VERBS: readonly Verb[] = ['restore', 'save', 'revert', 'import'];
/** Whether it puts back a snapshot; the others make one. */
const isPutting = (verb: Verb): boolean => verb === 'restore' || verb === 'revert';

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** When the clock begins to run: with the program, when it says so, or when it has begun to write. */
type From = 'its start' | 'its word' | 'its work';
const clocksOf = (verb: Verb): readonly [From, From] => [verb === 'revert' ? 'its word' : 'its start', 'its work'];

/** Resolves when there is something of this name in a folder, which there is not yet. */
async function appears(folder: string, name: string, signal: AbortSignal): Promise<void> {
  try {
    for await (const { filename } of watch(folder, { signal })) if (filename === name) return;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

describeEach((_implementation, { flags }) => {
  const at = usePlaygroundFolders();
  const marker = () => join(at.dir, 'l1', 'whose-state');
  const snapshotFolder = (name: string) => join(at.dir, '.snapshots', name);
  const unfinished = (...path: string[]) => join(at.dir, '.unfinished', ...path);
  const open = () => Playground.open(at.dir);

  const revertProgram = (to: string): string => `
    import { Playground } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
    const playground = await Playground.open(${JSON.stringify(at.dir)});
    console.log('begins');
    await playground.revert(${JSON.stringify(to)});
    process.exit(0);`;
  const argsOf = (verb: Verb, name: string): string[] => {
    const cli = (...args: string[]) => [CLI, 'snapshot', ...args, '--quiet', '--dir', at.dir];
    if (verb === 'save') return cli('save', name);
    if (verb === 'import') return cli('import', join(at.folder, 'a.tar.gz'), name);
    if (verb === 'restore') return cli('restore', name, '--yes');
    return ['--input-type=module', '--eval', revertProgram(name)];
  };
  /** Runs until it ends, or is killed so many ms after that. @returns whether it had ended by itself, and how long it took */
  const run = async (verb: Verb, name: string, from: From, ms: number) => {
    const over = new AbortController();
    const works = appears(at.dir, '.unfinished', over.signal);
    const child = spawn(process.execPath, argsOf(verb, name), { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const says = new Promise((resolve) => child.stdout.once('data', resolve));
    await Promise.race([from === 'its work' ? works : from === 'its word' ? says : undefined, ended]);
    const began = performance.now();
    const isOver = await Promise.race([ended.then(() => true), delay(ms, false)]);
    if (!isOver) child.kill('SIGKILL');
    const code = await ended;
    over.abort();
    await works;
    return { isDone: code === 0, lastMs: performance.now() - began };
  };

  test(
    `killed ${KILLS} times, of which seed ${SEED} says when: the old state or the new one, never a third`,
    async () => {
      await runJson(['up', '--dir', at.dir, ...flags]);
      await at.json('fund-and-channel');
      const digests: { [name: string]: object } = {};
      const contents: { [name: string]: object } = {};
      for (const name of ['a', 'b'] as const) {
        await at.json('pay-demo', '--amount', name === 'a' ? '1000sat' : '7000sat');
        await at.json('mine', name === 'a' ? '1' : '3');
        await writeFile(marker(), name);
        contents[name] = await contentOf(await open());
        await at.json('snapshot', 'save', name);
        digests[name] = await digestsOf(snapshotFolder(name));
      }
      expect(contents['a']).not.toEqual(contents['b']);
      await at.json('snapshot', 'export', 'a', join(at.folder, 'a.tar.gz'));

      let state = 'b';
      const other = (): string => (state === 'a' ? 'b' : 'a');
      /** How long each goes on, so that the moments are all in it. */
      const lasts = new Map<string, number>();
      for (const verb of VERBS)
        for (const from of clocksOf(verb)) {
          const name = isPutting(verb) ? other() : `${verb}-${lasts.size}`;
          const { isDone, lastMs } = await run(verb, name, from, 60_000);
          expect(isDone, verb).toBe(true);
          lasts.set(`${verb} ${from}`, lastMs);
          if (isPutting(verb)) state = name;
          else digests[name] = await digestsOf(snapshotFolder(name));
        }

      const random = new Random(SEED);
      const tally: { [seen: string]: number } = {};
      for (let kill = 0; kill < KILLS; kill++) {
        const verb = VERBS[kill % VERBS.length]!;
        const puts = isPutting(verb);
        const name = puts ? other() : `k${kill}`;
        const from = clocksOf(verb)[random.whole(0, 1)]!;
        const ms = random.next() * lasts.get(`${verb} ${from}`)!;
        const { isDone } = await run(verb, name, from, ms);
        const which = `kill ${kill} of seed ${SEED}: ${verb} ${name}, ${ms.toFixed(0)} ms from ${from}`;

        // whoever it held goes on by itself
        await waitFor('all processes to go on', async (): Promise<Probe<void>> => {
          const held = (await processesOf(at.dir)).filter(({ isStopped }) => isStopped);
          return held.length === 0 ? { done: undefined } : { seen: `${held.length} held` };
        });
        // what it has left, by which is known what has to become of it
        const work = `${puts ? 'restore' : verb}-${name}`;
        const began = await isThere(unfinished(work));
        const moving = began && (await isThere(unfinished(work, 'swap.json')));
        const inUnfinished = () => readdir(unfinished()).catch(() => []); // mostly there is no such folder
        const left = await inUnfinished();
        const kept = await isThere(snapshotFolder(name));
        const expected = moving ? name : began || !puts ? state : await readFile(marker(), 'utf8');
        if (isDone)
          expect({ which, began, kept, expected }).toEqual({
            which,
            began: false,
            kept: true,
            expected: puts ? name : state,
          });
        const seen = isDone
          ? 'done'
          : moving
            ? 'moving'
            : began
              ? 'under way'
              : expected === name || (kept && !puts)
                ? 'put in place'
                : 'not begun';
        tally[`${verb}: ${seen}`] = (tally[`${verb}: ${seen}`] ?? 0) + 1;

        // the next command says it
        const next = await runCli(['snapshot', 'list', '--json', '--dir', at.dir]);
        const says = moving
          ? `putting back ${name} was broken off: that is finished now`
          : !began
            ? ''
            : puts
              ? `putting back ${name} was broken off before it changed anything: the playground is as it was`
              : `\`snapshot ${verb === 'save' ? `save ${name}` : 'import'}\` was broken off: there is no snapshot ${name} of it`;
        expect({ which, left, code: next.code, says: next.stderr }).toEqual({
          which,
          left,
          code: 0,
          says: says === '' ? '' : (expect.stringContaining(says) as string),
        });
        expect(await inUnfinished(), which).toEqual([]);

        // all that there is, is whole
        const { snapshots } = JSON.parse(next.stdout) as { snapshots: { name: string; problem: string | null }[] };
        expect(snapshots.map((snapshot) => snapshot.name).sort(), which).toEqual(
          (await readdir(join(at.dir, '.snapshots'))).sort(),
        );
        expect(
          snapshots.filter(({ problem }) => problem !== null),
          which,
        ).toEqual([]);
        if (!puts) expect(await isThere(snapshotFolder(name)), which).toBe(kept);
        const playground = await open();
        if (kept && !puts) {
          await playground.snapshots.verify(name);
          const files = await digestsOf(join(snapshotFolder(name), 'files'));
          if (verb === 'import') expect(files, which).toEqual(await digestsOf(join(snapshotFolder('a'), 'files')));
          digests[name] = await digestsOf(snapshotFolder(name));
        }
        for (const [each, before] of Object.entries(digests))
          expect(await digestsOf(snapshotFolder(each)), `${which}: ${each}`).toEqual(before);
        await Playground.up({ dir: at.dir });
        state = expected;
        expect(await readFile(marker(), 'utf8'), which).toBe(state);
        expect(await contentOf(await open()), which).toEqual(contents[state]);
      }
      process.stderr.write(`  ${KILLS} kills of seed ${SEED}: ${JSON.stringify(tally)}\n`);

      // what was saved just before a kill is as good as any
      for (const name of Object.keys(digests).slice(-3)) {
        await at.json('snapshot', 'restore', name, '--yes');
        expect([contents['a'], contents['b']]).toContainEqual(await contentOf(await open()));
      }
      expect(await at.json('pay-demo')).toMatchObject({ invoice: { status: 'paid' } });
    },
    120_000 + KILLS * 30_000,
  );
});
