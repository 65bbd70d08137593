import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { waitFor } from '../../../src/core/wait.js';
import { killAll, processesOf, runCli, RunningCli, runJson } from '../support.js';
import { useFakeCluster, type Status } from './fake-cluster.js';

vi.setConfig({ testTimeout: 400_000 }); // each starts some ten programs for a command

const fake = useFakeCluster();
const up = ['up', '--on', 'kubernetes', '--namespace', 'play', '--lightningd', 'embedded', '--nodes', '1'];
const forbidden = (what: string, verb: string) =>
  `Error from server (Forbidden): ${what} is forbidden: User "me" cannot ${verb} resource "namespaces" in API group "" at the cluster scope`;

/** Runs a command that must fail, and gives what it says. */
async function failing(args: readonly string[], env = fake.env): Promise<string> {
  const { code, stderr } = await runCli(args, { ...fake.options, env });
  expect(code, stderr).toBe(1);
  expect(stderr).toMatch(/hint: /);
  return stderr;
}

const THEIRS = { kind: 'Namespace', metadata: { name: 'play', labels: { team: 'others' } } };

describe('before anything is made', () => {
  test.each([
    [
      'no cluster',
      `E1129 18:58:33.451396   15395 memcache.go:265] "Unhandled Error" err="couldn't get current server API group list: Get \\"http://localhost:8080/api?timeout=32s\\": dial tcp 127.0.0.1:8080: connect: connection refused"\nThe connection to the server localhost:8080 was refused - did you specify the right host or port?`,
      'The cluster cannot be reached',
    ],
    [
      'a cluster whose name is not known',
      'Unable to connect to the server: dial tcp: lookup nohost.invalid on 10.0.0.53:53: no such host',
      'The cluster cannot be reached',
    ],
    ['nobody logged in', 'error: You must be logged in to the server (Unauthorized)', 'The cluster does not know you'],
  ])('%s: it is said, with what to do', async (_, said, message) => {
    await fake.behave({ fail: { all: said } });
    expect(await failing(up)).toContain(message);
    expect(existsSync(join(fake.dir, 'ln-play.json'))).toBe(false);
  });

  test('another context: it is said', async () => {
    expect(await failing([...up, '--context', 'nowhere'])).toContain('kubectl has no such context');
    expect(existsSync(join(fake.dir, 'ln-play.json'))).toBe(false);
  });

  test('no kubectl: it is said', async () => {
    const empty = join(fake.cluster, 'empty');
    await mkdir(empty);
    expect(await failing(up, { ...fake.env, PATH: empty })).toContain('There is no kubectl on PATH');
  });

  test('a kubectl that hangs is ended, and its limit told', async () => {
    await fake.behave({ hang: ['get'] });
    const said = await failing([...up, '--timeout', '2']);
    expect(said).toMatch(/kubectl did not answer within 2 s\n\s+kubectl --namespace=play get namespace play/);
  });

  test('no right to make a namespace: one that is given, and empty, is taken and outlives the playground', async () => {
    await fake.behave({ fail: { create: forbidden('namespaces', 'create') } });
    const said = await failing(up);
    expect(said).toContain('You have no rights to do this');
    expect(said).toContain('User "me" cannot create');
    expect(said).toMatch(
      /hint: rights in one namespace are enough: name one that is yours, and empty, with --namespace/,
    );

    await fake.putObjects([THEIRS]);
    await fake.behave({
      fail: {
        'get namespace': forbidden('namespaces "play"', 'get'),
        'delete namespace': forbidden('namespaces', 'delete'),
      },
    });
    await runJson(up, fake.options);
    await runJson(['mine'], fake.options);
    await runJson(['destroy', '--yes'], fake.options);
    expect(fake.objects()).toEqual([THEIRS]);
  });

  test.each([
    ['somebody else has something', { kind: 'Service', metadata: { name: 'shop', labels: {} } }, 'shop is in it'],
    [
      'another playground is',
      { kind: 'StatefulSet', metadata: { name: 'zoe', labels: { 'ln-play-playground': 'f00' } } },
      'another playground is in it',
    ],
  ])('a namespace in which %s is left alone', async (_, other, why) => {
    const objects = [THEIRS, { ...other, spec: { replicas: 0 } }];
    await fake.putObjects(objects);
    expect(await failing(up)).toContain(`The namespace play is in use: ${why}`);
    expect(fake.objects()).toEqual(objects);
  });

  test('a playground of this machine stays on it', async () => {
    await runJson(['up', '--lightningd', 'embedded', '--nodes', '1'], fake.options);
    const { code, stderr } = await runCli(up, fake.options);
    expect(code).toBe(2);
    expect(stderr).toContain('is on this machine');
  });
});

describe('what a pod waits for', () => {
  test('an image that cannot be pulled is named, at once; up with another one goes on', async () => {
    const message =
      'rpc error: code = NotFound desc = failed to pull and unpack image "localhost/ln-play:latest": not found';
    await fake.behave({ state: { l1: { waiting: { reason: 'ErrImagePull', message } } } });
    const said = await failing(up);
    expect(said).toContain(`The pod l1 cannot run: localhost/ln-play:latest: ErrImagePull: ${message}`);
    expect(said).toMatch(/hint: .*--image KIND=IMAGE/);
    await rm(join(fake.cluster, 'behaviour.json'));
    await runJson(up, fake.options);
  });

  test('a daemon that has crashed twice is given up, with what it said last; mended, up starts it anew', async () => {
    await fake.behave({ crash: { l1: 'lightningd: --no-such-option: unrecognized option' } });
    const said = await failing(up);
    expect(said).toMatch(/The daemon in the pod l1 crashes: it ended with exit code 3 \(Error\), 2 times/);
    expect(said).toContain('lightningd: --no-such-option: unrecognized option');
    await rm(join(fake.cluster, 'behaviour.json'));
    await runJson(['up'], fake.options);
  });

  test('a pod that finds no room waits, and up, status and the error say for what', async () => {
    const message = '0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available';
    const unmet = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    await fake.behave({ state: { l1: { conditions: [unmet] } } });
    const running = new RunningCli([...up, '--timeout', '20'], fake.options);
    await waitFor(
      'up to say so',
      () => Promise.resolve(running.stderr.includes(message) ? { done: undefined } : { seen: running.stderr }),
      { timeoutMs: 40_000 },
    );
    const { daemons } = await runJson<Status>(['status'], fake.options);
    expect(daemons.find(({ name }) => name === 'l1')).toMatchObject({
      problem: `its pod l1: no room for it: ${message}`,
    });
    expect((await runCli(['status'], fake.options)).stdout).toContain(`l1: its pod l1: no room for it: ${message}`);
    const { code, stderr } = await running.result;
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: Waited 20 s for l1 to be ready: its pod l1: no room for it: 0\/3 nodes/);
    expect(stderr).toMatch(/hint: a smaller network, or a cluster with more room/);
  });

  test('a quota that lets no pod be made is told', async () => {
    const message = 'create Pod l1-0 in StatefulSet l1 failed error: pods "l1-0" is forbidden: exceeded quota: small';
    await fake.behave({ quota: { l1: message } });
    expect(await failing([...up, '--timeout', '15'])).toContain(
      `Waited 15 s for l1 to be ready: its pod l1: ${message}`,
    );
  });
});

describe('in the middle of it', () => {
  test('a pod that is evicted while a channel is opened is named; up then goes on', async () => {
    const file = join(fake.cluster, 'two.yaml');
    await writeFile(file, 'nodes: { a: , b: }\nchannels: [{ from: a, to: b, capacity: 100000sat }]\n');
    const network = ['up', file, '--on', 'kubernetes', '--namespace', 'play', '--lightningd', 'embedded'];
    await fake.behave({ evictAt: { a: 'fundchannel' } });
    const said = await failing(network);
    expect(said).toContain('a cannot be reached: its pod a: Evicted: The node was low on resource: memory');
    // told by what asked the pod, or by what opens channels: whichever comes to it first
    expect(said).toMatch(/hint: .*(do the same once more|the same command again tries once more)/);
    await runJson(network, fake.options);
    expect((await runJson<Status>(['status'], fake.options)).channels).toMatchObject([{ phase: 'normal' }]);
  });

  test('down with a cluster that goes away says so, and the next one stops what it left', async () => {
    await runJson(up, fake.options);
    await fake.behave({ fail: { scale: 'Unable to connect to the server: net/http: TLS handshake timeout' } });
    expect(await failing(['down'])).toContain('The cluster cannot be reached');
    expect(fake.pidOf('l1')).toBeGreaterThan(0);
    await rm(join(fake.cluster, 'behaviour.json'));
    await runJson(['down'], fake.options);
    const replicas = fake.objects().flatMap(({ spec }) => spec?.replicas ?? []);
    expect(replicas).toEqual([0, 0]);
    await runJson(['up'], fake.options);
  });

  test('down that was killed halfway: down again stops the rest', async () => {
    await runJson(up, fake.options);
    killAll((await processesOf(fake.dir)).filter(({ args }) => args.some((arg) => arg.includes('tunnel/main.js'))));
    await runJson(['down'], fake.options);
    expect(fake.objects().flatMap(({ spec }) => spec?.replicas ?? [])).toEqual([0, 0]);
  });

  test('a namespace that was deleted behind our back: status, up and down say what there is, destroy removes the rest', async () => {
    await runJson(up, fake.options);
    killAll(await processesOf(join(fake.cluster, 'pods')));
    await fake.putObjects([]);
    await rm(join(fake.cluster, 'pods'), { recursive: true });
    await waitFor(
      'status to say so',
      async () => {
        const { daemons } = await runJson<Status>(['status'], fake.options);
        const problem = daemons.find(({ name }) => name === 'l1')?.problem ?? '';
        return problem.includes('the namespace play is not there any more') ? { done: undefined } : { seen: problem };
      },
      { timeoutMs: 30_000, intervalMs: 500 },
    );
    const said = await failing(['up']);
    expect(said).toContain('The namespace play of Kubernetes is not there any more');
    expect(said).toMatch(/hint: .*ln-play destroy --yes/);
    await runJson(['down'], fake.options);
    await runJson(['destroy', '--yes'], fake.options);
    expect(existsSync(fake.dir)).toBe(false);
    await runJson(up, fake.options);
  });

  test('Ctrl-C while up applies, and while it waits, leaves no pod running', async () => {
    for (const [call, state] of [
      ['apply', {}],
      ['logs', { l1: { waiting: { reason: 'ContainerCreating' } } }],
    ] as const) {
      await fake.behave({ state });
      const before = existsSync(join(fake.cluster, 'calls.log')) ? (await fake.calls()).length : 0;
      const running = new RunningCli(up, fake.options);
      const probe = async () => {
        const calls = existsSync(join(fake.cluster, 'calls.log')) ? (await fake.calls()).slice(before) : [];
        return calls.some((each) => each.startsWith(call)) ? { done: undefined } : { seen: calls.join('\n') };
      };
      await waitFor(`a call of ${call}`, probe, { timeoutMs: 30_000 });
      running.signal('SIGINT');
      expect((await running.result).code).toBe(130);
      expect(
        fake
          .objects()
          .flatMap(({ spec }) => spec?.replicas ?? [])
          .filter((count) => count > 0),
      ).toEqual([]);
    }
    await rm(join(fake.cluster, 'behaviour.json'));
    await runJson(['up'], fake.options);
  });

  test('two up at once of one playground make it once; of two, one gets the namespace', async () => {
    const both = await Promise.all([runCli(up, fake.options), runCli(up, fake.options)]);
    expect(both.map(({ code, stderr }) => `${code} ${code === 0 ? '' : stderr}`)).toEqual(['0 ', '0 ']);
    expect((await fake.calls()).filter((call) => call.startsWith('create'))).toHaveLength(1);
    await runJson(['destroy', '--yes'], fake.options);

    const dirs = ['1', '2'].map((name) => join(fake.cluster, name));
    const envs = dirs.map((dir) => ({ ...fake.env, LN_PLAY_DIR: dir }));
    const results = await Promise.all(envs.map((env) => runCli(up, { ...fake.options, env })));
    try {
      expect(results.filter(({ code }) => code === 0)).toHaveLength(1);
      expect(results.find(({ code }) => code === 1)!.stderr).toContain('another playground is in it');
      const winner = envs[results.findIndex(({ code }) => code === 0)]!;
      await runJson(['mine'], { env: winner });
    } finally {
      for (const env of envs) await runCli(['destroy', '--yes'], { env });
    }
  });
});

test('destroy removes only what is ours', async () => {
  await runJson(up, fake.options);
  const theirs = { kind: 'ConfigMap', metadata: { name: 'theirs', labels: {} } };
  await fake.putObjects([...fake.objects(), theirs]);
  await runJson(['destroy', '--yes'], fake.options);
  expect(fake.objects().map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    'Namespace play',
    'ConfigMap theirs',
  ]);
});

test('what is done to processes of this machine is refused', async () => {
  await runJson(up, fake.options);
  for (const command of ['crash', 'freeze']) expect(await failing([command, 'l1'])).toContain('run on kubernetes');
});
