import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { LnPlayError } from '../core/errors.js';
import { readIfThere, writeWhole } from '../core/files.js';
import { commonObjects, workloadObjects } from '../export/kubernetes.js';
import { podmanObjects } from '../export/podman.js';
import { hostOf, workloadsOf, type DaemonKind, type Workload } from '../export/workloads.js';
import type { LightningNode } from '../nodes/node.js';
import { clusterOf } from '../pods/clusters.js';
import type { Command } from '../process/daemon-process.js';
import type { Layout } from './layout.js';
import type { Manifest, NodeRecord } from './manifest.js';
import type { PodsOptions, PodsRecord } from './pods-record.js';
import type { NodeSpec } from './spec.js';

/** What each daemon's volume holds, in Kubernetes' words. */
const STORAGE = '1Gi';

/** Of the build that is there when it is run: this file's own may have gone by then. */
const TUNNEL = fileURLToPath(new URL('../../dist/pods/tunnel/main.js', import.meta.url));

/**
 * Where a playground is, by what it was made with and what is asked.
 *
 * @throws {LnPlayError} USAGE for one that is somewhere else already
 */
export function podsRecordOf(asked: PodsOptions | undefined, before: Manifest | undefined): PodsRecord | undefined {
  if (!before) {
    if (!asked) return undefined;
    const place = { ...asked.place, id: randomBytes(8).toString('hex') };
    return { ...asked, place, nodeKind: asked.nodeKind ?? 'cln', password: randomBytes(16).toString('hex') };
  }
  if (!asked) return before.pods;
  if (before.pods && isDeepStrictEqual(before.pods.place, { ...asked.place, id: before.pods.place.id }))
    return { ...before.pods, images: { ...before.pods.images, ...asked.images } };
  const where = before.pods ? clusterOf(before.pods.place).title : 'this machine';
  throw new LnPlayError('USAGE', `The playground in ${before.dir} is on ${where}`, {
    hint: 'make another one with --dir, or leave --on out',
  });
}

/** In Kubernetes a namespace keeps hosts apart; podman's pods have one name space for all. */
const prefixOf = ({ place }: PodsRecord): string => (place.on === 'podman' ? `${place.network}-` : '');

/**
 * The programs of a playground in pods: for each daemon one that stands for it here (src/pods/tunnel).
 *
 * @throws {LnPlayError} MISSING_BINARY, STATE, CONNECTION where there can be no pods
 */
export async function podPrograms(
  record: PodsRecord,
  specs: readonly NodeSpec[],
  had: readonly NodeRecord[],
  signal: AbortSignal | undefined,
): Promise<{ readonly bitcoind: Command; readonly nodes: readonly NodeRecord[]; readonly bitcoinCli: undefined }> {
  await clusterOf(record.place).assertUsable(signal);
  const prefix = prefixOf(record);
  const tunnel = (kind: DaemonKind, host: string): Command => ({
    command: process.execPath,
    args: [TUNNEL, kind, JSON.stringify(record.place), host, record.password],
  });
  const nodes = specs.map(({ lightningd, options: _options, plugins: _plugins, fundSat: _fundSat, ...spec }) => {
    const before = had.find(({ name }) => name === spec.name)?.executable.implementation;
    const implementation = before ?? (lightningd === 'embedded' || lightningd === 'cln' ? lightningd : record.nodeKind);
    const pod = `${prefix}${hostOf(spec.name)}`;
    return { ...spec, executable: { ...tunnel(implementation, pod), implementation, pod } };
  });
  return { bitcoind: tunnel('bitcoind', `${prefix}bitcoind`), nodes, bitcoinCli: undefined };
}

/**
 * Makes the pods what they are to be. What is so already is left alone.
 *
 * @throws {LnPlayError} MISSING_BINARY, STATE, CONNECTION, DAEMON: see `Cluster`
 */
export async function applyPods(
  layout: Layout,
  record: PodsRecord,
  specs: readonly NodeSpec[],
  nodes: readonly LightningNode[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const cluster = clusterOf(record.place);
  const whole = await Promise.all(
    specs.map(async (spec): Promise<NodeSpec> => {
      const node = nodes.find(({ name }) => name === spec.name)!;
      const { options } = await node.ownSettings();
      const before = Object.fromEntries(options.map(({ key, value }) => [key, value ?? (true as const)]));
      const lightningd = node.implementation === 'embedded' ? 'embedded' : undefined;
      return { ...spec, lightningd, options: { ...before, ...spec.options } };
    }),
  );
  const { nodeKind, images } = record;
  const workloads = workloadsOf({ nodes: whole }, { nodeKind, images, prefix: prefixOf(record) });
  const file = layout.pods;
  const before = (await readIfThere(file)) ?? '';
  const states = await cluster.states(signal);
  const documents = workloads.map((workload) => {
    const text = documentOf(record, workload);
    return { text, isThere: before.includes(text) && states.has(workload.host) };
  });
  const common = documentOf(record, undefined);
  const missing = documents.filter(({ isThere }) => !isThere).map(({ text }) => text);
  if (missing.length > 0) await cluster.apply([common, ...missing].filter(Boolean).join(BETWEEN), signal);
  await writeWhole(file, [common, ...documents.map(({ text }) => text)].join(BETWEEN));
}

/** Removes the pods of a playground, their volumes and all else that was made for them. */
export async function removePods({ place }: PodsRecord): Promise<void> {
  await clusterOf(place).remove();
}

const BETWEEN = '---\n';

/** What is made for one daemon, or for all of them together. */
function documentOf({ place, password: rpcPassword }: PodsRecord, workload: Workload | undefined): string {
  const objects = (): readonly object[] => {
    if (place.on === 'podman') return workload ? podmanObjects([workload], { id: place.id, rpcPassword }) : [];
    const options = { namespace: place.namespace, id: place.id, rpcPassword, storage: STORAGE };
    return workload ? workloadObjects(workload, options) : commonObjects(options);
  };
  return objects()
    .map((object) => stringify(object, { lineWidth: 0 }))
    .join(BETWEEN);
}
