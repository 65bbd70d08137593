import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { allOrNothing } from '../core/all-or-nothing.js';
import { LnPlayError } from '../core/errors.js';
import { readIfThere, writeWhole } from '../core/files.js';
import { commonObjects, workloadObjects } from '../export/kubernetes.js';
import { podmanObjects } from '../export/podman.js';
import { hostOf, workloadsOf, type DaemonKind, type Workload } from '../export/workloads.js';
import type { LightningNode } from '../nodes/node.js';
import { clusterOf } from '../pods/clusters.js';
import { ABSENT, type OwnedPlace, type Tenancy } from '../pods/cluster.js';
import type { Command } from '../process/daemon-process.js';
import type { Layout } from './layout.js';
import type { NetworkContext } from './network.js';
import type { Manifest, NodeRecord } from './manifest.js';
import type { PodsOptions, PodsRecord } from './pods-record.js';
import type { NodeSpec } from './spec.js';

/** What each daemon's volume holds, in Kubernetes' words. */
const STORAGE = '1Gi';

/** How many daemons are described in one call, and how many such calls there are at once. */
const APPLIED_TOGETHER = 25;
const APPLIES_AT_ONCE = 4;

/** How often a daemon is looked at that is waited for, in ms: and how much less often for each that there is. */
const LOOK_MS = 100;
const LOOK_MORE_MS = 5;

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

export interface PodPrograms {
  readonly bitcoind: Command;
  readonly nodes: readonly NodeRecord[];
  readonly bitcoinCli: undefined;
  readonly tenancy: Tenancy;
}

/**
 * The programs of a playground in pods: for each daemon what stands for it here (src/pods/tunnel).
 *
 * @throws {LnPlayError} MISSING_BINARY, STATE, CONNECTION where there can be no pods
 */
export async function podPrograms(
  layout: Layout,
  record: PodsRecord,
  specs: readonly NodeSpec[],
  had: readonly NodeRecord[],
  { signal, timeoutMs }: NetworkContext,
): Promise<PodPrograms> {
  const tenancy = await clusterOf(record.place, timeoutMs).tenancy(signal);
  if (tenancy === 'absent' && (await readIfThere(layout.pods)) !== undefined)
    throw new LnPlayError('STATE', `The ${clusterOf(record.place).title} is not there any more`, {
      hint: 'the volumes of this playground have gone with it: `ln-play destroy --yes`, then `ln-play up` makes the network anew',
    });
  const prefix = prefixOf(record);
  const kept = {
    keeperCommand: [process.execPath, TUNNEL],
    folder: layout.keeperFolder,
    logFile: layout.keeperLog,
    lookMs: LOOK_MS + LOOK_MORE_MS * specs.length,
  } as const;
  const tunnel = (kind: DaemonKind, host: string): Command => ({
    command: process.execPath,
    args: [kind, JSON.stringify(record.place), host, record.password],
    kept,
  });
  const nodes = specs.map(({ lightningd, options: _options, plugins: _plugins, fundSat: _fundSat, ...spec }) => {
    const before = had.find(({ name }) => name === spec.name)?.executable.implementation;
    const implementation = before ?? (lightningd === 'embedded' || lightningd === 'cln' ? lightningd : record.nodeKind);
    const pod = `${prefix}${hostOf(spec.name)}`;
    return { ...spec, executable: { ...tunnel(implementation, pod), implementation, pod } };
  });
  return { bitcoind: tunnel('bitcoind', `${prefix}bitcoind`), nodes, bitcoinCli: undefined, tenancy };
}

/**
 * Makes the pods what they are to be. What is so already is left alone. Where it fails, what runs of them is stopped again.
 *
 * @throws {LnPlayError} MISSING_BINARY, STATE, CONNECTION, DAEMON, TIMEOUT: see `Cluster`
 */
export async function applyPods(
  layout: Layout,
  { record, tenancy }: { readonly record: PodsRecord; readonly tenancy: Tenancy },
  specs: readonly NodeSpec[],
  nodes: readonly LightningNode[],
  { signal, timeoutMs }: NetworkContext,
): Promise<void> {
  const cluster = clusterOf(record.place, timeoutMs);
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
  const before = await readIfThere(layout.pods);
  const states = await cluster.states(signal);
  const documents = workloads.map((workload) => {
    const text = documentOf(record, workload);
    return { text, isThere: before?.includes(text) === true && states.has(workload.host) };
  });
  // what a namespace is made by, it has not where it was given
  const common = commonDocuments(record).slice(tenancy === 'given' ? 1 : 0);
  const missing = documents.filter(({ isThere }) => !isThere).map(({ text }) => text);
  try {
    if (tenancy === 'absent' || (tenancy === 'given' && before === undefined))
      await cluster.claim(common.find((text) => /^kind: (Namespace|Secret)$/m.test(text)) ?? '', signal);
    const isCommonThere = tenancy !== 'absent' && common.every((text) => before?.includes(text));
    if (missing.length > 0 && common.length > 0 && !isCommonThere) await cluster.apply(common.join(BETWEEN), signal);
    const calls = Array.from({ length: Math.ceil(missing.length / APPLIED_TOGETHER) }, (_, index) =>
      missing.slice(index * APPLIED_TOGETHER, (index + 1) * APPLIED_TOGETHER).join(BETWEEN),
    );
    const lanes = Array.from({ length: APPLIES_AT_ONCE }, (_, lane) => async (each: AbortSignal) => {
      for (let index = lane; index < calls.length; index += APPLIES_AT_ONCE) await cluster.apply(calls[index]!, each);
    });
    await allOrNothing(signal, lanes);
  } catch (error) {
    if (states.size === 0) await cluster.stop().catch(() => {}); // what it was, it is the error that counts
    throw error;
  }
  await writeWhole(layout.pods, [...common, ...documents.map(({ text }) => text)].join(BETWEEN));
}

/** Has all pods of a playground end, also those that nothing here stands for any more. */
export async function stopPods({ place }: PodsRecord, { timeoutMs }: NetworkContext): Promise<void> {
  await clusterOf(place, timeoutMs).stop();
}

/** What there is to say of the pods of daemons that nothing here stands for, by the daemons' names. */
export async function podProblems(
  record: PodsRecord,
  names: readonly string[],
  { signal, timeoutMs }: NetworkContext,
): Promise<ReadonlyMap<string, string>> {
  try {
    const states = await clusterOf(record.place, timeoutMs).states(signal);
    return new Map(
      names.flatMap((name): [string, string][] => {
        const { phase, why = phase } = states.get(`${prefixOf(record)}${hostOf(name)}`) ?? ABSENT;
        if (phase === 'absent') return [];
        return [[name, phase === 'running' ? STRAY : `its pod: ${why}`]];
      }),
    );
  } catch (error) {
    if (!(error instanceof LnPlayError) || error.code === 'ABORTED') throw error;
    return new Map(names.map((name) => [name, error.message]));
  }
}

const STRAY = 'its pod runs, and nothing here stands for it: `ln-play up` does that again, `ln-play down` stops it';

/** Removes the pods of a playground, their volumes and all else that was made for them. */
export async function removePods({ place }: PodsRecord): Promise<void> {
  await clusterOf(place).remove();
}

const BETWEEN = '---\n';

/** What is made for one daemon. */
function documentOf(record: PodsRecord, workload: Workload): string {
  const { place, password: rpcPassword } = record;
  const objects =
    place.on === 'podman'
      ? podmanObjects([workload], { id: place.id, rpcPassword })
      : workloadObjects(workload, optionsOf(place, record));
  return objects.map(toText).join(BETWEEN);
}

/** What is made for all of them together; the namespace first. */
const commonDocuments = (record: PodsRecord): string[] =>
  record.place.on === 'podman' ? [] : commonObjects(optionsOf(record.place, record)).map(toText);

const optionsOf = ({ namespace, id }: Extract<OwnedPlace, { on: 'kubernetes' }>, { password }: PodsRecord) => ({
  namespace,
  id,
  rpcPassword: password,
  storage: STORAGE,
});

const toText = (object: object): string => stringify(object, { lineWidth: 0 });
