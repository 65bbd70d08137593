import { setTimeout as delay } from 'node:timers/promises';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { Playground } from '../../src/network/playground.js';
import { topologyOf } from '../../src/network-file/topologies.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { describeEach, RunningCli, runCli, runJson, usePlaygroundFolders } from './support.js';

const TOPOLOGY = 'ring:6';
/** Six nodes and their channels, as pairs. */
const WANTED = topologyOf(TOPOLOGY, {})
  .channels.map(({ from, to }) => `${from} ${to}`)
  .sort();

describeEach((_, { flags }) => {
  const folders = usePlaygroundFolders();
  const env = () => ({ LN_PLAY_DIR: folders.dir });
  const args = ['up', '--cold', '--topology', TOPOLOGY, ...flags];

  async function expectWhole(): Promise<void> {
    await runJson(args, { env: env(), timeoutMs: 120_000 });
    const { channels, nodes } = await runJson<PlaygroundStatus>(['status'], { env: env() });
    expect(nodes.every(({ state }) => state === 'running')).toBe(true);
    expect(
      channels
        .filter(({ phase }) => phase !== 'closed')
        .map(({ from, to }) => `${from} ${to}`)
        .sort(),
    ).toEqual(WANTED);
    expect(channels.every(({ phase }) => phase === 'normal')).toBe(true);
    // a second time there is nothing to do
    expect(await runJson(args, { env: env() })).toMatchObject({ changes: [], started: [] });
  }

  test.each([
    ['SIGKILL', 2_000],
    ['SIGKILL', 3_000],
    ['SIGKILL', 4_500],
    ['SIGINT', 3_500],
  ] as const)(
    'up that ends by %s after %i ms, in the middle of its work: up again, no channel twice, none missing',
    async (signal, ms) => {
      const killed = new RunningCli(args, { env: env(), timeoutMs: 120_000 });
      // the moment is the thing tested: somewhere between the first node and the last channel
      await Promise.race([delay(ms), killed.result]);
      killed.signal(signal);
      await killed.result;
      await expectWhole();
    },
  );

  test('two at once make one network', async () => {
    const [a, b] = await Promise.all([1, 2].map(() => runCli(args, { env: env(), timeoutMs: 120_000 })));
    expect([a!.code, b!.code]).toEqual([0, 0]);
    await expectWhole();
  });

  describe('fifty channels', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const pairs = names.flatMap((from, index) => names.slice(index + 1).map((to) => ({ from, to })));
    const channels = Array.from({ length: 50 }, (_, index) => ({
      ...pairs[index % pairs.length]!,
      capacity: 100_000 + index,
    }));
    const nodes = Object.fromEntries(names.map((name) => [name, null]));

    /** How many of them there are, as those see it who open them. */
    const opened = async (): Promise<number> => {
      const playground = await Playground.open(folders.dir).catch(() => undefined);
      const all = await Promise.all((playground?.nodes ?? []).map((node) => node.channels().catch(() => [])));
      return all.flat().filter(({ openedByUs, funding }) => openedByUs && funding !== undefined).length;
    };

    test.each(['SIGKILL', 'SIGINT'] as const)(
      'up that ends by %s while it opens them: up again, no channel twice, and nothing lost',
      async (signal) => {
        const file = join(folders.folder, 'fifty.json');
        await writeFile(file, JSON.stringify({ nodes, channels }));
        const args = ['up', file, '--cold', ...flags];
        const killed = new RunningCli(args, { env: env(), timeoutMs: 240_000 });
        await waitFor(
          'the first of the channels',
          async () => {
            const count = await opened();
            return count > 2 ? { done: undefined } : { seen: `${count} of them` };
          },
          { timeoutMs: 240_000, intervalMs: 20 },
        );
        killed.signal(signal);
        expect(await killed.result).toMatchObject(signal === 'SIGKILL' ? { signal } : { code: 130 });
        expect(await opened()).toBeLessThan(channels.length);

        await runJson(args, { env: env(), timeoutMs: 240_000 });
        const { channels: there } = await runJson<PlaygroundStatus>(['status'], { env: env() });
        const shape = (all: readonly { from: string; to: string; total_msat: number }[]) =>
          all.map(({ from, to, total_msat }) => `${from} ${to} ${total_msat}`).sort();
        expect(shape(there)).toEqual(
          shape(channels.map(({ capacity, ...edge }) => ({ ...edge, total_msat: capacity * 1000 }))),
        );
        expect(there.every(({ phase }) => phase === 'normal')).toBe(true);
        // each has on chain what it was sent, without what its channels and their transactions took: nobody was sent it twice
        const { nodes: now } = await (await Playground.open(folders.dir)).spec();
        expect(now.map(({ name, fundSat }) => [name, fundSat])).toEqual(names.map((name) => [name, undefined]));
        expect(await runJson(args, { env: env() })).toMatchObject({ changes: [], started: [] });
      },
      600_000,
    );
  });

  test('one of twenty that does not come up: the others do, it is said which and why, and a second up mends it', async () => {
    const file = join(folders.folder, 'twenty.json');
    const channels = [{ from: 'bad', to: 'good1', capacity: 1_000_000 }];
    const write = (bad: object) => writeFile(file, JSON.stringify({ nodes: { good: { count: 19 }, bad }, channels }));
    const args = ['up', file, '--timeout', '300', ...flags];
    await write({ options: { 'no-such-option': 1 } });
    const { code, stdout } = await runCli(['--json', ...args], { env: env(), timeoutMs: 300_000 });
    expect(code).toBe(1);
    const { error } = JSON.parse(stdout) as { error: { details: string[] } };
    expect(error).toMatchObject({
      code: 'DAEMON',
      message: '1 of 20 nodes did not come up: bad',
      hint: 'the others run; mend it, then run the same command again',
    });
    expect(error.details.join('\n')).toMatch(/^bad .*[^]*no-such-option/);
    const states = async () =>
      Object.fromEntries((await folders.status()).nodes.map(({ name, state }) => [name, state]));
    const good = Object.fromEntries(Array.from({ length: 19 }, (_, index) => [`good${index + 1}`, 'running']));
    expect(await states()).toEqual({ ...good, bad: expect.not.stringMatching('running') as string });

    // most of the twenty are connected to nobody, and hear of no channel
    await write({});
    const mended = await runJson<PlaygroundStatus & { started: string[] }>(args, { env: env(), timeoutMs: 300_000 });
    expect(mended.started).toEqual(['bad']);
    expect(mended.channels).toMatchObject([{ from: 'bad', to: 'good1', phase: 'normal' }]);
    expect(await states()).toEqual({ ...good, bad: 'running' });
  }, 600_000);
});
