import { expect, test, vi } from 'vitest';
import { waitFor } from '../../../src/core/wait.js';
import { runJson } from '../support.js';
import { Visitor, type Opened } from '../web-support.js';
import { useFakeCluster } from './fake-cluster.js';

vi.setConfig({ testTimeout: 400_000 });

const fake = useFakeCluster();
const CONTINUALLY = { timeoutMs: 30_000, intervalMs: 200 };

test('the page of a playground in pods: its nodes, their money after a payment, blocks, a log', async () => {
  const up = ['up', '--on', 'kubernetes', '--namespace', 'play', '--lightningd', 'embedded', '--nodes', 'alice,bob'];
  await runJson(up, fake.options);
  await runJson(['fund-and-channel'], fake.options);
  const visitor = await Visitor.by(await runJson<Opened>(['web'], fake.options));
  /** What bob has in channels, once that isn't `not`. */
  const untilMoney = (not: number | null) =>
    waitFor<number>(
      'what bob has in channels',
      async () => {
        const has = (await visitor.state()).nodes.find(({ name }) => name === 'bob')!.in_channels_msat;
        return has === null || has === not ? { seen: String(has) } : { done: has };
      },
      CONTINUALLY,
    );

  const before = await untilMoney(null);
  expect((await visitor.state()).nodes).toMatchObject([
    { name: 'alice', state: 'running', problem: null },
    { name: 'bob', state: 'running', problem: null },
  ]);
  await runJson(['pay-demo'], fake.options);
  expect(await untilMoney(before)).toBeGreaterThan(0);

  const events = await visitor.listen();
  await visitor.run('mine');
  await events.happening('the block', ({ kind }) => kind === 'block');
  events.close();
  const log = await visitor.listen('/api/nodes/alice/log');
  await log.until('a line of its log', ({ event }) => event === 'line');
  log.close();
});
