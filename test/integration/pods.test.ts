import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Playground } from 'ln-play';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findExecutable } from '../../src/daemons/executables/find.js';
import { describeEach, killAll, processesOf, runCli, runJson, useTemporaryFolder } from './support.js';

const KUBECTL = fileURLToPath(new URL('../fakes/kubectl/kubectl.js', import.meta.url));

/** A cluster that is a folder, with a kubectl on PATH that works on it; its pods are real daemons. */
function useFakeCluster() {
  const folder = useTemporaryFolder();
  let count = 0;
  let dir = '';
  let cluster = '';
  let env: { [name: string]: string } = {};
  beforeEach(async () => {
    const base = join(folder.path, String(++count));
    [dir, cluster] = [join(base, 'p'), join(base, 'c')];
    const bin = join(base, 'bin');
    for (const each of [cluster, bin]) await mkdir(each, { recursive: true });
    await symlink(KUBECTL, join(bin, 'kubectl'));
    const { executable } = await findExecutable('bitcoind');
    const cli = await findExecutable('bitcoin-cli', { beside: executable });
    for (const [name, { command }] of Object.entries({ bitcoind: executable, 'bitcoin-cli': cli.executable }))
      await symlink(command, join(bin, name));
    env = { PATH: `${bin}:${process.env['PATH']}`, FAKE_CLUSTER: cluster, LN_PLAY_DIR: dir };
  });
  afterEach(async () => {
    await runCli(['destroy', '--yes'], { env });
    killAll(await processesOf(cluster)); // pods that the cluster has kept
  });
  return {
    get dir() {
      return dir;
    },
    get env() {
      return env;
    },
    get cluster() {
      return cluster;
    },
    behave: (behaviour: object) => writeFile(join(cluster, 'behaviour.json'), JSON.stringify(behaviour)),
    calls: async () => (await readFile(join(cluster, 'calls.log'), 'utf8')).trim().split('\n'),
  };
}

interface Status {
  readonly nodes: readonly { readonly name: string; readonly state: string; readonly num_peers: number }[];
  readonly channels: readonly { readonly phase: string }[];
}

describeEach((implementation, { lightningd }) => {
  const fake = useFakeCluster();
  const flags = implementation === 'embedded' ? ['--lightningd', 'embedded'] : [];
  const up = (...more: string[]) => ['up', '--on', 'kubernetes', '--namespace', 'play', ...flags, ...more];
  const env = () => ({ ...fake.env, FAKE_lightningd: lightningd });

  test('the talk on Kubernetes, by the same commands; down stops its pods, up starts them again, destroy removes them', async () => {
    await runJson(up('--nodes', 'alice,bob'), { env: env() });
    await runJson(['fund-and-channel'], { env: env() });
    expect(await runJson(['pay-demo'], { env: env() })).toMatchObject({ payment: { status: 'complete' } });
    expect((await runCli(['logs', 'alice'], { env: env() })).stdout).toContain('alias alice');
    expect((await runCli(['cli', 'bob', 'getinfo'], { env: env() })).stdout).toContain('"alias": "bob"');

    await runJson(['down'], { env: env() });
    expect((await processesOf(fake.cluster)).map(({ args }) => args.join(' '))).toEqual([]);
    await runJson(['up'], { env: env() });
    const status = await runJson<Status>(['status'], { env: env() });
    expect(status.nodes).toMatchObject([
      { name: 'alice', state: 'running', num_peers: 1 },
      { name: 'bob', state: 'running', num_peers: 1 },
    ]);
    expect(status.channels).toMatchObject([{ phase: 'normal' }]);
    expect(await runJson(['pay-demo'], { env: env() })).toMatchObject({ payment: { status: 'complete' } });

    await runJson(['destroy', '--yes'], { env: env() });
    expect(JSON.parse(await readFile(join(fake.cluster, 'objects.json'), 'utf8'))).toEqual([]);
    expect(existsSync(fake.dir)).toBe(false);
  });

  test('up again makes nothing anew; another node is one more pod, and the others stay as they are', async () => {
    await runJson(up('--nodes', '1'), { env: env() });
    const pid = await readFile(join(fake.cluster, 'pods', 'l1', 'pid'), 'utf8');
    const applied = async () => (await fake.calls()).filter((call) => call.startsWith('apply')).length;
    expect(await applied()).toBe(1);
    await runJson(['up'], { env: env() });
    expect(await applied()).toBe(1);
    await runJson(['up', '--nodes', '2'], { env: env() });
    expect(await applied()).toBe(2);
    expect(await readFile(join(fake.cluster, 'pods', 'l1', 'pid'), 'utf8')).toBe(pid);
    const { nodes } = await runJson<Status>(['status'], { env: env() });
    expect(nodes.map(({ name, num_peers }) => [name, num_peers])).toEqual([
      ['l1', 1],
      ['l2', 1],
    ]);
  });

  test('a tunnel that is killed leaves its pod running; up makes another one', async () => {
    await runJson(up('--nodes', '1'), { env: env() });
    const pid = await readFile(join(fake.cluster, 'pods', 'l1', 'pid'), 'utf8');
    const tunnels = (await processesOf(fake.dir)).filter(({ args }) =>
      args.some((arg) => arg.includes('tunnel/main.js')),
    );
    expect(tunnels).toHaveLength(2);
    killAll(tunnels);
    await runJson(['up'], { env: env() });
    expect(await readFile(join(fake.cluster, 'pods', 'l1', 'pid'), 'utf8')).toBe(pid);
    expect((await runJson<Status>(['status'], { env: env() })).nodes).toMatchObject([{ name: 'l1', state: 'running' }]);
  });
});

describe('what a cluster can do to one', () => {
  const fake = useFakeCluster();
  const up = ['up', '--on', 'kubernetes', '--namespace', 'play', '--lightningd', 'embedded', '--nodes', '1'];

  test.each([
    [
      'no cluster',
      'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
      'The cluster cannot be reached',
    ],
    ['another context', 'error: context "nowhere" does not exist', 'kubectl has no such context'],
    [
      'no rights',
      'Error from server (Forbidden): namespaces is forbidden: User "me" cannot create resource',
      'You have no rights',
    ],
  ])('%s: it is said, with what to do, and nothing is made', async (_, said, message) => {
    await fake.behave({ fail: said });
    const { code, stderr } = await runCli(up, { env: fake.env });
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/hint: /);
    expect(existsSync(join(fake.dir, 'ln-play.json'))).toBe(false);
  });

  test('a namespace that somebody else made is left alone', async () => {
    const theirs = [{ kind: 'Namespace', metadata: { name: 'play', labels: { team: 'others' } } }];
    await writeFile(join(fake.cluster, 'objects.json'), JSON.stringify(theirs));
    const { code, stderr } = await runCli(up, { env: fake.env });
    expect(code).toBe(1);
    expect(stderr).toContain("The namespace play is somebody else's");
    expect(JSON.parse(await readFile(join(fake.cluster, 'objects.json'), 'utf8'))).toEqual(theirs);
  });

  test('a namespace that another playground is in is left alone, and so is what it has there', async () => {
    await runJson(up, { env: fake.env });
    const objects = await readFile(join(fake.cluster, 'objects.json'), 'utf8');
    const other = { ...fake.env, LN_PLAY_DIR: `${fake.dir}2` };
    const { code, stderr } = await runCli(up, { env: other });
    expect(code).toBe(1);
    expect(stderr).toContain('another playground is in it');
    expect((await runCli(['destroy', '--yes'], { env: other })).code).toBe(1);
    expect(await readFile(join(fake.cluster, 'objects.json'), 'utf8')).toBe(objects);
    await runJson(['mine'], { env: fake.env });
  });

  test('an image that cannot be pulled is named, at once; up with another one goes on', async () => {
    await fake.behave({ state: { l1: { waiting: { reason: 'ErrImagePull', message: 'no such host' } } } });
    const { code, stderr } = await runCli(up, { env: fake.env });
    expect(code).toBe(1);
    expect(stderr).toContain('localhost/ln-play:latest: ErrImagePull: no such host');
    await rm(join(fake.cluster, 'behaviour.json'));
    await runJson(up, { env: fake.env });
  });

  test('destroy removes only what is ours', async () => {
    await runJson(up, { env: fake.env });
    const file = join(fake.cluster, 'objects.json');
    const theirs = { kind: 'ConfigMap', metadata: { name: 'theirs', labels: {} } };
    await writeFile(file, JSON.stringify([...(JSON.parse(await readFile(file, 'utf8')) as object[]), theirs]));
    await runJson(['destroy', '--yes'], { env: fake.env });
    const left = JSON.parse(await readFile(file, 'utf8')) as { kind: string; metadata: { name: string } }[];
    expect(left.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Namespace play',
      'ConfigMap theirs',
    ]);
  });

  test('what is done to processes of this machine is refused', async () => {
    await runJson(up, { env: fake.env });
    for (const command of [
      ['crash', 'l1'],
      ['freeze', 'l1'],
    ]) {
      const { code, stderr } = await runCli(command, { env: fake.env });
      expect(code).toBe(1);
      expect(stderr).toContain('run on kubernetes');
    }
  });

  test('no kubectl: it is said', async () => {
    const node = join(fake.cluster, 'node-alone');
    await mkdir(node);
    const { code, stderr } = await runCli(up, { env: { ...fake.env, PATH: node } });
    expect(code).toBe(1);
    expect(stderr).toContain('There is no kubectl on PATH');
  });

  test('a playground of this machine stays on it', async () => {
    await runJson(['up', '--lightningd', 'embedded', '--nodes', '1'], { env: fake.env });
    const { code, stderr } = await runCli(up, { env: fake.env });
    expect(code).toBe(2);
    expect(stderr).toContain('is on this machine');
  });
});

const image = process.env['LN_PLAY_TEST_IMAGE'];
const podman = await promisify(execFile)('podman', ['image', 'exists', image ?? '']).then(
  () => true,
  () => false,
);

describe('podman', () => {
  const folder = useTemporaryFolder();

  test('the talk in real containers, by the same commands', async ({ skip }) => {
    skip(!podman, 'no podman with an image of ln-play: LN_PLAY_TEST_IMAGE names one');
    const network = `lp-${process.pid}`;
    const images = { bitcoind: image!, cln: image!, embedded: image! };
    const playground = (
      await Playground.up({
        dir: join(folder.path, 'p'),
        nodes: ['alice', 'bob'],
        lightningd: 'embedded',
        pods: { place: { on: 'podman', network }, images, nodeKind: 'embedded' },
      })
    ).playground;
    try {
      const [alice, bob] = playground.nodes;
      await playground.fundAndChannel({ from: bob, to: alice });
      expect((await playground.payDemo({ from: bob, to: alice })).payment.status).toBe('complete');
    } finally {
      await playground.destroy();
    }
    const { stdout } = await promisify(execFile)('podman', ['ps', '--all', '--format', '{{.Names}}']);
    expect(stdout).not.toContain(network);
  });
});
