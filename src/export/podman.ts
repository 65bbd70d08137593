import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { IPod } from 'kubernetes-models/v1/Pod';
import { DATA_DIR, PART_OF, PLAYGROUND_LABEL } from '../daemons/container.js';
import { keyThen, octal, OCTAL_KEY } from './key-first.js';
import { CONFIG_DIR, type Workload } from './workloads.js';

export interface PodmanOptions {
  /** The playground's, by which its pods are told from others. */
  readonly id: string;
  /** Of bitcoind's RPC. */
  readonly rpcPassword: string;
}

/**
 * A network as `podman kube play` takes it: a pod for each daemon, with its config, and a volume. Podman has no sets, no
 * services (a pod's name is a host name of its network) and no probes without systemd.
 */
export function podmanObjects(
  workloads: readonly Workload[],
  { id, rpcPassword }: PodmanOptions,
): (IConfigMap | IPod)[] {
  const labels = { [PART_OF[0]]: PART_OF[1], [PLAYGROUND_LABEL]: id };
  return workloads.flatMap(({ host, image, command, config, secret, memoryMb }): (IConfigMap | IPod)[] => {
    const words = command.map((word) => word.replace('$(RPC_PASSWORD)', () => rpcPassword));
    return [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `${host}-config`, labels },
        data: { [config.file]: config.text, ...(secret === undefined ? {} : { [OCTAL_KEY]: octal(secret) }) },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: host, labels },
        spec: {
          restartPolicy: 'OnFailure',
          containers: [
            {
              name: 'daemon',
              image,
              imagePullPolicy: 'IfNotPresent',
              command: secret === undefined ? words : ['sh', '-c', keyThen(words, CONFIG_DIR)],
              // a volume is root's, who is the user's own where podman is
              securityContext: { runAsUser: 0, runAsGroup: 0 },
              resources: { limits: { memory: `${memoryMb[1]}Mi` } },
              volumeMounts: [
                { name: 'data', mountPath: DATA_DIR },
                { name: 'config', mountPath: CONFIG_DIR, readOnly: true },
              ],
            },
          ],
          volumes: [
            { name: 'data', persistentVolumeClaim: { claimName: `${host}-data` } },
            { name: 'config', configMap: { name: `${host}-config` } },
          ],
        },
      },
    ];
  });
}
