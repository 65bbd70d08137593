import { DAEMON_LABEL } from '../../daemons/container.js';
import type { PodState } from '../cluster.js';

/** What we read of a pod; see Kubernetes' API reference, PodStatus. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly labels?: { readonly [key: string]: string };
    readonly deletionTimestamp?: string;
  };
  readonly status: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly image: string;
  readonly restartCount: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: object;
    readonly terminated?: Ended;
  };
  readonly lastState?: { readonly terminated?: Ended };
}

interface Ended {
  readonly exitCode: number;
  readonly reason?: string;
}

const IMAGE_HINT =
  'see whether its name is right, and the nodes of the cluster can pull it (docs/containers.md says which images there are); `ln-play up --on … --image KIND=IMAGE` takes another one';
const OBJECTS_HINT = 'a config map or secret of it has gone: `ln-play up` makes it again';

/** What a container can be held up by that no waiting mends, and what does. */
const HOPELESS: { readonly [reason: string]: string } = {
  ErrImagePull: IMAGE_HINT,
  ImagePullBackOff: IMAGE_HINT,
  InvalidImageName: IMAGE_HINT,
  ErrImageNeverPull: IMAGE_HINT,
  CreateContainerConfigError: OBJECTS_HINT,
};

const ROOM_HINT =
  'a smaller network, or a cluster with more room; `kubectl describe nodes` says how much each of them has left';
const EVICTED_HINT = 'Kubernetes makes it again, with its volume; then do the same once more';

export const hostOf = ({ metadata }: Pod): string => metadata.labels?.[DAEMON_LABEL] ?? '';

export function stateOf({ metadata, status }: Pod): PodState {
  const [daemon] = status.containerStatuses ?? [];
  const ended = daemon?.state?.terminated ?? daemon?.lastState?.terminated;
  const isDown = daemon?.state?.terminated !== undefined || daemon?.state?.waiting?.reason === 'CrashLoopBackOff';
  const restarts = daemon?.restartCount ?? 0;
  const crashes = isDown ? restarts + 1 : restarts;
  const known = { crashes, run: `${metadata.uid}/${restarts}` };
  if (metadata.deletionTimestamp !== undefined) return { ...known, phase: 'absent', why: 'it is being stopped' };

  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  for (const { image, state } of containers) {
    const { reason, message } = state?.waiting ?? {};
    const hint = HOPELESS[reason ?? ''];
    if (hint === undefined) continue;
    const why = `${image}: ${reason}${message === undefined ? '' : `: ${message}`}`;
    return { ...known, phase: 'failed', why, hint };
  }
  // one that was evicted is made anew by its set
  if (status.phase === 'Failed')
    return {
      ...known,
      phase: 'starting',
      why: [status.reason, status.message].filter(Boolean).join(': ') || 'it failed',
      hint: EVICTED_HINT,
    };
  if (status.phase === 'Running' && daemon?.state?.running) return { ...known, phase: 'running' };
  if (isDown) {
    const how = ended ? `it ended with exit code ${ended.exitCode} (${ended.reason ?? 'Error'})` : 'it ended';
    return { ...known, phase: 'starting', why: `${how}, ${crashes} times` };
  }
  const unmet = status.conditions?.find((each) => each.status === 'False' && each.message);
  const waiting = containers.find(({ state }) => state?.waiting?.reason !== undefined)?.state?.waiting?.reason;
  if (unmet?.reason === 'Unschedulable')
    return { ...known, phase: 'starting', why: `no room for it: ${unmet.message}`, hint: ROOM_HINT };
  return {
    ...known,
    phase: 'starting',
    why: waiting ?? unmet?.message ?? status.phase ?? 'nothing is known of it yet',
  };
}
