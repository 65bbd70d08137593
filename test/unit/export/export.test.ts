import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { expect, test } from 'vitest';
import { composeFile } from '../../../src/export/compose.js';
import { kubernetesObjects, OURS, type KubernetesObject } from '../../../src/export/kubernetes.js';
import { warnetNetwork } from '../../../src/export/warnet.js';
import { hostOf, workloadsOf } from '../../../src/export/workloads.js';
import { fixedSecret } from '../../../src/network/keys.js';
import type { NetworkSpec } from '../../../src/network/spec.js';

const SPEC: NetworkSpec = {
  nodes: [
    { name: 'alice', alias: 'Alice', colour: 'ff8800', options: { 'fee-base': 5 } },
    { name: 'Bob_2', lightningd: 'embedded', plugins: ['/home/me/plugin.js'] },
    { name: 'carol', key: 'random' },
  ],
  peers: [['alice', 'carol']],
  channels: [
    { from: 'alice', to: 'Bob_2', capacitySat: 4_200_000n, pushMsat: 1_000n, policy: { baseMsat: 7n } },
    { from: 'Bob_2', to: 'carol', capacitySat: 100_000n, private: true },
  ],
  chain: {},
  traffic: [],
};
const CLN = { nodeKind: 'cln' } as const;
const OPTIONS = { namespace: 'play', rpcPassword: 'secret', storage: '1Gi' };

/** Kubernetes' own models, which check against its OpenAPI. */
const MODELS = { StatefulSet, NetworkPolicy, ConfigMap, Namespace, Secret, Service };

const objects = kubernetesObjects(workloadsOf(SPEC, CLN), OPTIONS);
const named = <K extends KubernetesObject['kind']>(kind: K, name: string) =>
  objects.find((object) => object.kind === kind && object.metadata?.name === name) as Extract<
    KubernetesObject,
    { kind: K }
  >;

test.each(objects.map((object) => [`${object.kind} ${object.metadata?.name}`, object] as const))(
  "%s is valid by Kubernetes' own models, and ours",
  (_, object) => {
    const Model = MODELS[object.kind] as new (data: object) => { validate: () => void };
    expect(() => new Model(object).validate()).not.toThrow();
    expect(object.metadata?.labels).toMatchObject(OURS);
    expect(object.metadata?.namespace ?? object.metadata?.name).toBe('play');
  },
);

test('what is wrong is not valid: the models do check', () => {
  const set = named('StatefulSet', 'alice');
  const broken = { ...set, spec: { ...set.spec, replicas: 'one' } };
  expect(() => new StatefulSet(broken as never).validate()).toThrow(/replicas/);
});

test('each node has its config, key, service and a set of one, with the image of its kind', () => {
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata?.name}`)).toEqual([
    'Namespace play',
    'NetworkPolicy only-each-other',
    'Secret bitcoind-rpc',
    'ConfigMap bitcoind-config',
    'Service bitcoind',
    'StatefulSet bitcoind',
    'ConfigMap alice-config',
    'Secret alice-key',
    'Service alice',
    'StatefulSet alice',
    'ConfigMap bob-2-config',
    'Secret bob-2-key',
    'Service bob-2',
    'StatefulSet bob-2',
    'ConfigMap carol-config',
    'Service carol',
    'StatefulSet carol',
  ]);
  const { config } = named('ConfigMap', 'alice-config').data!;
  for (const line of [
    'alias=Alice',
    'rgb=ff8800',
    'fee-base=5',
    'bitcoin-rpcconnect=bitcoind',
    'bind-addr=0.0.0.0:9735',
  ])
    expect(config).toContain(`${line}\n`);
  expect(config).not.toMatch(/^(log-file|bitcoin-datadir|important-plugin)=/m);
  const key = Buffer.from(named('Secret', 'alice-key').data!['hsm_secret']!, 'base64');
  expect(key.equals(fixedSecret('alice'))).toBe(true);
  const podOf = (name: string) => named('StatefulSet', name).spec!.template.spec!;
  expect(podOf('alice').containers[0]!.image).toContain('elementsproject/lightningd');
  expect(podOf('bob-2').containers[0]!.command![0]).toBe('ln-play-lightningd');
  expect(podOf('carol').initContainers).toBeUndefined();
});

test('each container says what it needs and may take, cannot become root, and is looked after; each set runs by itself', () => {
  const sets = objects.filter((object) => object.kind === 'StatefulSet');
  expect(sets).toHaveLength(4);
  for (const { spec } of sets) {
    const { containers, initContainers = [], securityContext } = spec!.template.spec!;
    expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    for (const each of [...containers, ...initContainers]) {
      expect(each.resources).toMatchObject({
        requests: { cpu: expect.any(String) as string, memory: expect.any(String) as string },
        limits: { memory: expect.any(String) as string },
      });
      expect(each.securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
    }
    const [{ startupProbe, readinessProbe, livenessProbe }] = containers as [(typeof containers)[number]];
    for (const probe of [startupProbe, readinessProbe, livenessProbe]) expect(probe).toBeDefined();
    expect(spec!.template.metadata!.labels).toMatchObject({ ...OURS, ...spec!.selector.matchLabels });
    expect(spec!.podManagementPolicy).toBe('Parallel');
  }
});

test('the pods of a network hear from each other alone', () => {
  const all = { podSelector: { matchLabels: OURS } };
  expect(named('NetworkPolicy', 'only-each-other').spec).toEqual({
    ...all,
    policyTypes: ['Ingress'],
    ingress: [{ from: [all] }],
  });
});

test('what is in a container and names a plugin of this machine is told', () => {
  expect(workloadsOf(SPEC, CLN).flatMap(({ leftOut }) => leftOut)).toEqual(['/home/me/plugin.js']);
});

test('the same network makes the same objects', () => {
  expect(JSON.stringify(kubernetesObjects(workloadsOf(SPEC, CLN), OPTIONS))).toBe(JSON.stringify(objects));
});

test('names that would be one host, or none, are refused', () => {
  const of = (...names: string[]): NetworkSpec => ({ ...SPEC, nodes: names.map((name) => ({ name })) });
  expect(() => workloadsOf(of('a_b', 'a-b'), CLN)).toThrow(/"a-b" makes no host name: a_b has a-b already/);
  expect(() => workloadsOf(of('a-'), CLN)).toThrow(/end with -/);
  expect(hostOf('Bob_2')).toBe('bob-2');
});

test('Compose gets a service and a volume each, which wait for bitcoind, and no open port', () => {
  const file = composeFile(workloadsOf(SPEC, CLN), { name: 'play', rpcPassword: 'pa$$word' }) as {
    services: { [name: string]: { entrypoint: string[]; depends_on?: object; ports?: unknown } };
    configs: { [name: string]: { content: string } };
    volumes: object;
  };
  expect(Object.keys(file.services)).toEqual(['bitcoind', 'alice', 'bob-2', 'carol']);
  expect(Object.keys(file.volumes)).toEqual(['bitcoind-data', 'alice-data', 'bob-2-data', 'carol-data']);
  expect(file.services['alice']).toMatchObject({ depends_on: { bitcoind: { condition: 'service_healthy' } } });
  expect(file.services['bitcoind']!.entrypoint).toContain('-rpcpassword=pa$$$$word');
  for (const service of Object.values(file.services)) expect(service.ports).toBeUndefined();
});

test('Warnet gets a tank for each node, and its channels with policies in the words of BOLT #7', () => {
  expect(warnetNetwork(SPEC)).toMatchObject({
    nodes: [
      {
        name: 'alice',
        addnode: ['bob-2'],
        ln: { cln: true },
        cln: {
          config: expect.stringContaining('fee-base=5') as string,
          channels: [
            {
              id: { block: 500, index: 1 },
              target: 'bob-2-ln',
              capacity: 4_200_000,
              push_amt: 1_000,
              source_policy: { fee_base_msat: 7, fee_proportional_millionths: 10, htlc_maximum_msat: 4_200_000_000 },
            },
          ],
        },
      },
      { name: 'bob-2', cln: { channels: [{ id: { block: 500, index: 2 }, target: 'carol-ln' }] } },
      { name: 'carol', cln: { channels: [] } },
    ],
  });
});

test("Compose's first start puts the key in its place, with any shell, and leaves one that is there", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'compose-'));
  try {
    const file = composeFile(workloadsOf(SPEC, CLN), { name: 'play', rpcPassword: 'x' }) as {
      services: { [name: string]: { entrypoint: string[] } };
      configs: { [name: string]: { content: string } };
    };
    await writeFile(join(folder, 'hsm_secret.octal'), file.configs['alice-key']!.content);
    const [shell, flag, script] = file.services['alice']!.entrypoint;
    const code = script!
      .replaceAll('$$', '$')
      .replaceAll('/data', folder)
      .replaceAll('/run/ln-play', folder)
      .replace('exec lightningd', 'exec echo');
    const secret = join(folder, 'regtest', 'hsm_secret');
    await promisify(execFile)(shell!, [flag!, code]);
    expect((await readFile(secret)).equals(fixedSecret('alice'))).toBe(true);
    await chmod(secret, 0o600);
    await writeFile(secret, 'mine');
    await promisify(execFile)(shell!, [flag!, code]);
    expect(await readFile(secret, 'utf8')).toBe('mine');
  } finally {
    await rm(folder, { recursive: true });
  }
});
