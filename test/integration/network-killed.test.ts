import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
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
});
