import { existsSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { describeEach, killAll, processesOf, runCli, runJson } from '../support.js';
import { useFakeCluster, type Status } from './fake-cluster.js';

vi.setConfig({ testTimeout: 400_000 }); // each starts some ten programs for a command

describeEach((implementation, { lightningd }) => {
  const fake = useFakeCluster();
  const flags = implementation === 'embedded' ? ['--lightningd', 'embedded'] : [];
  const up = (...more: string[]) => ['up', '--on', 'kubernetes', '--namespace', 'play', ...flags, ...more];
  const options = () => ({ ...fake.options, env: { ...fake.env, FAKE_lightningd: lightningd } });

  test('the talk on Kubernetes, by the same commands; down stops its pods, up starts them again, destroy removes them', async () => {
    await runJson(up('--nodes', 'alice,bob'), options());
    await runJson(['fund-and-channel'], options());
    expect(await runJson(['pay-demo'], options())).toMatchObject({ payment: { status: 'complete' } });
    expect((await runCli(['logs', 'alice'], options())).stdout).toContain('alias alice');
    expect((await runCli(['cli', 'bob', 'getinfo'], options())).stdout).toContain('"alias": "bob"');

    await runJson(['down'], options());
    expect((await processesOf(fake.cluster)).map(({ args }) => args.join(' '))).toEqual([]);
    await runJson(['up'], options());
    const status = await runJson<Status>(['status'], options());
    expect(status.nodes).toMatchObject([
      { name: 'alice', state: 'running', num_peers: 1 },
      { name: 'bob', state: 'running', num_peers: 1 },
    ]);
    expect(status.channels).toMatchObject([{ phase: 'normal' }]);
    expect(await runJson(['pay-demo'], options())).toMatchObject({ payment: { status: 'complete' } });

    await runJson(['destroy', '--yes'], options());
    expect(fake.objects()).toEqual([]);
    expect(existsSync(fake.dir)).toBe(false);
  });

  test('up again makes nothing anew; another node is one more pod, and the others stay as they are', async () => {
    await runJson(up('--nodes', '1'), options());
    const pid = fake.pidOf('l1');
    const applied = async () => (await fake.calls()).filter((call) => call.startsWith('apply')).length;
    expect(await applied()).toBe(2); // what they share, and the pods
    await runJson(['up'], options());
    expect(await applied()).toBe(2);
    await runJson(['up', '--nodes', '2'], options());
    expect(await applied()).toBe(3);
    expect(fake.pidOf('l1')).toBe(pid);
    const { nodes } = await runJson<Status>(['status'], options());
    expect(nodes.map(({ name, num_peers }) => [name, num_peers])).toEqual([
      ['l1', 1],
      ['l2', 1],
    ]);
  });

  test('what stands for the pods here is one process; killed, it leaves them running, and up makes another one', async () => {
    await runJson(up('--nodes', '2'), options());
    const pid = fake.pidOf('l1');
    const keepers = (await processesOf(fake.dir)).filter(({ args }) =>
      args.some((arg) => arg.includes('tunnel/main.js')),
    );
    expect(keepers).toHaveLength(1);
    killAll(keepers);
    const { nodes } = await runJson<Status>(['status'], options());
    expect(nodes.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
    await runJson(['up'], options());
    expect(fake.pidOf('l1')).toBe(pid);
    expect((await runJson<Status>(['status'], options())).nodes).toMatchObject([
      { name: 'l1', state: 'running' },
      { name: 'l2', state: 'running' },
    ]);
  });
});
