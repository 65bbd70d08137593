import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach } from 'vitest';
import { findExecutable } from '../../../src/daemons/executables/find.js';
import { killAll, processesOf, runCli, useTemporaryFolder } from '../support.js';

const KUBECTL = fileURLToPath(new URL('../../fakes/kubectl/kubectl.js', import.meta.url));

/** How a cluster misbehaves; see the fake kubectl. */
export interface Behaviour {
  /** What is said by a call that fails, by its verb, or `all`. */
  readonly fail?: { readonly [call: string]: string };
  /** Verbs that are never answered. */
  readonly hang?: readonly string[];
  /** A container's state, or a pod's status, by host. */
  readonly state?: { readonly [host: string]: object };
  /** What a container logs before it ends. */
  readonly crash?: { readonly [host: string]: string };
  /** Why no pod can be made. */
  readonly quota?: { readonly [host: string]: string };
  /** The RPC method at which a pod is evicted, once. */
  readonly evictAt?: { readonly [host: string]: string };
}

export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: { readonly [key: string]: string } };
  readonly spec?: { readonly replicas?: number };
}

/** A cluster that is a folder, with a kubectl on PATH that works on it; its pods are real daemons. */
export function useFakeCluster() {
  const folder = useTemporaryFolder();
  let count = 0;
  let dir = '';
  let cluster = '';
  let env: { [name: string]: string } = {};
  const objectsFile = () => join(cluster, 'objects.json');
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
    await rm(join(cluster, 'behaviour.json'), { force: true });
    await runCli(['destroy', '--yes'], { env, timeoutMs: 180_000 });
    killAll(await processesOf(cluster)); // pods that the cluster has kept
  });
  return {
    get dir() {
      return dir;
    },
    get env() {
      return env;
    },
    /** Of its commands: each starts many programs. */
    get options() {
      return { env, timeoutMs: 180_000 };
    },
    get cluster() {
      return cluster;
    },
    behave: (behaviour: Behaviour) => writeFile(join(cluster, 'behaviour.json'), JSON.stringify(behaviour)),
    calls: async () => (await readFile(join(cluster, 'calls.log'), 'utf8')).trim().split('\n'),
    objects: (): KubernetesObject[] =>
      existsSync(objectsFile()) ? (JSON.parse(readFileSync(objectsFile(), 'utf8')) as KubernetesObject[]) : [],
    putObjects: (objects: readonly KubernetesObject[]) => writeFile(objectsFile(), JSON.stringify(objects)),
    /** The process of a pod's daemon; another one each time that it is started. */
    pidOf: (host: string) =>
      (JSON.parse(readFileSync(join(cluster, 'pods', host, 'pod.json'), 'utf8')) as { pid: number }).pid,
  };
}

export interface Status {
  readonly daemons: readonly { readonly name: string; readonly state: string; readonly problem?: string }[];
  readonly nodes: readonly { readonly name: string; readonly state: string; readonly num_peers: number }[];
  readonly channels: readonly { readonly phase: string }[];
}
