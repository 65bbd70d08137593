import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { INamespace } from 'kubernetes-models/v1/Namespace';
import type { ISecret } from 'kubernetes-models/v1/Secret';
import type { IService } from 'kubernetes-models/v1/Service';
import { DAEMON_LABEL, DATA_DIR, PART_OF, PLAYGROUND_LABEL } from '../daemons/container.js';
import { BITCOIND, CONFIG_DIR, SECRET_DIR, type Workload } from './workloads.js';

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
export const OURS = { [PART_OF[0]]: PART_OF[1] } as const;

const PASSWORD = { name: 'bitcoind-rpc', key: 'password' } as const;
/** Neither of the official images needs root. */
const USER = 1_000;

/**
 * A network as objects of Kubernetes, in an order in which they can be applied: what is common to all its daemons, then
 * what each of them has.
 */
export const kubernetesObjects = (workloads: readonly Workload[], options: KubernetesOptions): KubernetesObject[] => [
  ...commonObjects(options),
  ...workloads.flatMap((workload) => workloadObjects(workload, options)),
];

/** The namespace, who may reach whom in it, and bitcoind's password. */
export function commonObjects(options: KubernetesOptions): KubernetesObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: options.namespace, labels: whose(options) } },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: meta('only-each-other', options),
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
      metadata: meta(PASSWORD.name, options),
      type: 'Opaque',
      data: { [PASSWORD.key]: Buffer.from(options.rpcPassword).toString('base64') },
    },
  ];
}

/** A daemon's config, its key, its service, and a stateful set of one with a volume. */
export function workloadObjects(workload: Workload, options: KubernetesOptions): KubernetesObject[] {
  const labels = labelsOf(workload);
  const all = { ...whose(options), ...labels };
  const named = (name: string) => ({ ...meta(name, options), labels: { ...all } });

  const config: IConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: named(`${workload.host}-config`),
    data: { [workload.config.file]: workload.config.text },
  };
  const secret: ISecret[] =
    workload.secret === undefined
      ? []
      : [
          {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: named(`${workload.host}-key`),
            type: 'Opaque',
            data: { hsm_secret: Buffer.from(workload.secret).toString('base64') },
          },
        ];
  const service: IService = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: named(workload.host),
    spec: {
      // one pod: its own address is the service's, also before it is ready, since nodes find each other while they start
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: { ...labels },
      ports: workload.ports.map(({ name, port }) => ({ name, port })),
    },
  };
  const set: IStatefulSet = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: named(workload.host),
    spec: {
      replicas: 1,
      // with its usual policy a set that cannot run as it is would wait for that, whatever it is changed to
      podManagementPolicy: 'Parallel',
      serviceName: workload.host,
      selector: { matchLabels: { ...labels } },
      template: {
        metadata: { labels: { ...all } },
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
          metadata: { name: 'data', labels: { ...all } },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: options.storage } } },
        },
      ],
    },
  };

  return [config, ...secret, service, set];
}

const whose = ({ id }: KubernetesOptions): { [key: string]: string } => ({
  ...OURS,
  ...(id === undefined ? {} : { [PLAYGROUND_LABEL]: id }),
});

const meta = (name: string, options: KubernetesOptions) => ({
  name,
  namespace: options.namespace,
  labels: whose(options),
});

const labelsOf = ({ name, host, kind }: Workload): { [key: string]: string } => ({
  'app.kubernetes.io/name': name === BITCOIND ? 'bitcoind' : 'lightningd',
  [DAEMON_LABEL]: host,
  'app.kubernetes.io/component': kind,
});

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
    // a namespace with a quota takes no container that says nothing of this
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
    securityContext: LOCKED_DOWN,
    volumeMounts: [
      { name: 'data', mountPath: DATA_DIR },
      { name: 'key', mountPath: SECRET_DIR, readOnly: true },
    ],
  };
}
