import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { INamespace } from 'kubernetes-models/v1/Namespace';
import type { ISecret } from 'kubernetes-models/v1/Secret';
import type { IService } from 'kubernetes-models/v1/Service';
import { BITCOIND, CONFIG_DIR, DATA_DIR, SECRET_DIR, type Workload } from './workloads.js';

export type KubernetesObject = INamespace | INetworkPolicy | ISecret | IConfigMap | IService | IStatefulSet;

export interface KubernetesOptions {
  /** The playground's, by which what is its is told from what others have; none for a file of no playground. */
  readonly id?: string;
  /** All of it is in this namespace, which it makes. */
  readonly namespace: string;
  /** Of bitcoind's RPC. */
  readonly rpcPassword: string;
  /** What each daemon's volume holds: `1Gi`. */
  readonly storage: string;
}

/** What tells ours from what else is in a cluster: `destroy` removes nothing without it. */
export const OURS = { 'app.kubernetes.io/part-of': 'ln-play' } as const;

const PASSWORD = { name: 'bitcoind-rpc', key: 'password' } as const;
/** Neither of the official images needs root. */
const USER = 1_000;

/**
 * A network as objects of Kubernetes, in an order in which they can be applied: the namespace, who may reach whom, then
 * for each daemon its config, its key, its service, and a stateful set of one with a volume.
 */
export function kubernetesObjects(
  workloads: readonly Workload[],
  { namespace, rpcPassword, storage, id }: KubernetesOptions,
): KubernetesObject[] {
  const whose = { ...OURS, ...(id === undefined ? {} : { 'ln-play-playground': id }) };
  const meta = (name: string, workload?: Workload) => ({
    name,
    namespace,
    labels: { ...whose, ...labelsOf(workload) },
  });

  const config = (workload: Workload): IConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: meta(`${workload.host}-config`, workload),
    data: { [workload.config.file]: workload.config.text },
  });
  const secret = (workload: Workload): ISecret[] =>
    workload.secret === undefined
      ? []
      : [
          {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: meta(`${workload.host}-key`, workload),
            type: 'Opaque',
            data: { hsm_secret: Buffer.from(workload.secret).toString('base64') },
          },
        ];
  const service = (workload: Workload): IService => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta(workload.host, workload),
    spec: {
      // one pod: its own address is the service's, also before it is ready, since nodes find each other while they start
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: labelsOf(workload),
      ports: workload.ports.map(({ name, port }) => ({ name, port })),
    },
  });
  const set = (workload: Workload): IStatefulSet => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: meta(workload.host, workload),
    spec: {
      replicas: 1,
      serviceName: workload.host,
      selector: { matchLabels: labelsOf(workload) },
      template: {
        metadata: { labels: { ...whose, ...labelsOf(workload) } },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 30,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            runAsGroup: USER,
            fsGroup: USER,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          ...(workload.secret === undefined ? {} : { initContainers: [keyContainer(workload)] }),
          containers: [container(workload)],
          volumes: [
            { name: 'config', configMap: { name: `${workload.host}-config` } },
            ...(workload.secret === undefined ? [] : [{ name: 'key', secret: { secretName: `${workload.host}-key` } }]),
          ],
        },
      },
      volumeClaimTemplates: [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'data', labels: { ...whose, ...labelsOf(workload) } },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
        },
      ],
    },
  });

  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { ...whose } } },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: meta('only-each-other'),
      // its pods hear from each other alone
      spec: {
        podSelector: { matchLabels: { ...OURS } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { ...OURS } } }] }],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: meta(PASSWORD.name),
      type: 'Opaque',
      data: { [PASSWORD.key]: Buffer.from(rpcPassword).toString('base64') },
    },
    ...workloads.flatMap((workload) => [config(workload), ...secret(workload), service(workload), set(workload)]),
  ];
}

const labelsOf = (workload: Workload | undefined): { [key: string]: string } =>
  workload === undefined
    ? {}
    : {
        'app.kubernetes.io/name': workload.name === BITCOIND ? 'bitcoind' : 'lightningd',
        'app.kubernetes.io/instance': workload.host,
        'app.kubernetes.io/component': workload.kind,
      };

const LOCKED_DOWN = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

function container({ name, image, command, ports, probe, memoryMb: [request, limit] }: Workload) {
  // a probe is no shell: bitcoind's password is in its environment
  const [program, ...args] = 'command' in probe ? probe.command : [];
  const check =
    'command' in probe
      ? { exec: { command: ['sh', '-c', `${program} ${args.map(inShell).join(' ')}`] } }
      : { tcpSocket: { port: probe.port } };
  return {
    name: name === BITCOIND ? 'bitcoind' : 'lightningd',
    image,
    imagePullPolicy: 'IfNotPresent' as const,
    command: [...command],
    env: [{ name: 'RPC_PASSWORD', valueFrom: { secretKeyRef: { ...PASSWORD } } }],
    ports: ports.map((port) => ({ name: port.name, containerPort: port.port })),
    startupProbe: { ...check, periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 120 },
    readinessProbe: { ...check, periodSeconds: 5, timeoutSeconds: 5 },
    livenessProbe: { ...check, periodSeconds: 15, timeoutSeconds: 10, failureThreshold: 6 },
    resources: {
      requests: { cpu: '50m', memory: `${request}Mi` },
      limits: { memory: `${limit}Mi` },
    },
    securityContext: LOCKED_DOWN,
    volumeMounts: [
      { name: 'data', mountPath: DATA_DIR },
      { name: 'config', mountPath: CONFIG_DIR, readOnly: true },
    ],
  };
}

/** `$(RPC_PASSWORD)`, which Kubernetes puts into a command but not into a probe, as the shell has it. */
const inShell = (word: string): string => `"${word.replace('$(RPC_PASSWORD)', '$RPC_PASSWORD')}"`;

/** Puts a node's key where lightningd looks for it, unless it is there: lightningd makes one of its own otherwise. */
function keyContainer({ image }: Workload) {
  const target = `${DATA_DIR}/regtest`;
  return {
    name: 'key',
    image,
    imagePullPolicy: 'IfNotPresent' as const,
    command: [
      'sh',
      '-c',
      `mkdir -p ${target} && test -e ${target}/hsm_secret || install -m 400 ${SECRET_DIR}/hsm_secret ${target}/hsm_secret`,
    ],
    securityContext: LOCKED_DOWN,
    volumeMounts: [
      { name: 'data', mountPath: DATA_DIR },
      { name: 'key', mountPath: SECRET_DIR, readOnly: true },
    ],
  };
}
