/** What a kubelet does for a cluster that is a folder: its pods are real daemons, each with an address in a net of 127.0.0.0/8. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { behaviour, cluster, locked, objects, readJson, sets, sleep, writeJson } from './cluster.js';

/** How long a container that has crashed is left alone, and a pod that was evicted is seen, in ms. */
const BACK_OFF_MS = 500;

export const folderOf = (host) => join(cluster, 'pods', host);
const recordOf = (host) => join(folderOf(host), 'pod.json');
const isAlive = (pid) => pid > 0 && existsSync(`/proc/${pid}/exe`);
export const podPid = (host) => {
  const { pid = 0 } = readJson(recordOf(host), {});
  return isAlive(pid) ? pid : 0;
};

/** Each cluster has a net of its own, so that several can be there at once. */
const [A, B] = createHash('sha256').update(cluster).digest();
const NET = `127.${1 + (A % 250)}.${B}`;

/** Hosts keep their addresses, whatever comes after them. */
export function addressOf(host) {
  const file = join(cluster, 'addresses.json');
  return locked('addresses', () => {
    const all = readJson(file, []);
    if (!all.includes(host)) writeJson(file, all.push(host) && all);
    return `${NET}.${all.indexOf(host) + 1}`;
  });
}

/** As /proc/net/tcp has it. */
const inHex = (address) => Buffer.from(address.split('.').map(Number).toReversed()).toString('hex').toUpperCase();

/** What a container calls by its own names, as this machine calls it. */
export function here(text, host) {
  const secret = objects().find(({ metadata }) => metadata.name === 'bitcoind-rpc');
  const password = Buffer.from(secret?.data.password ?? '', 'base64').toString();
  return text
    .replaceAll('/data', join(folderOf(host), 'data'))
    .replaceAll('/etc/ln-play', join(folderOf(host), 'config'))
    .replaceAll('/run/ln-play', join(folderOf(host), 'key'))
    .replaceAll('0.0.0.0:', `${addressOf(host)}:`)
    .replaceAll('rpcbind=0.0.0.0', `rpcbind=${addressOf(host)}`)
    .replaceAll('bitcoin-rpcconnect=bitcoind', `bitcoin-rpcconnect=${addressOf('bitcoind')}`)
    .replaceAll('"127.0.0.1"', JSON.stringify(addressOf(host)))
    .replaceAll("':480B", `'${inHex(addressOf('bitcoind'))}:480B`)
    .replaceAll('$(RPC_PASSWORD)', password);
}

function startContainer(set, host) {
  const { containers, initContainers = [] } = set.spec.template.spec;
  for (const name of ['data', 'config', 'key']) mkdirSync(join(folderOf(host), name), { recursive: true });
  const all = objects();
  const config = all.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === `${host}-config`);
  for (const [file, text] of Object.entries(config?.data ?? {}))
    writeFileSync(join(folderOf(host), 'config', file), here(text, host));
  const key = all.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === `${host}-key`);
  for (const [file, text] of Object.entries(key?.data ?? {}))
    writeFileSync(join(folderOf(host), 'key', file), Buffer.from(text, 'base64'));
  for (const { command } of initContainers) {
    const [program, ...rest] = command.map((word) => here(word, host));
    execFileSync(program, rest);
  }
  const crashing = behaviour().crash?.[host];
  const words = crashing === undefined ? containers[0].command : ['sh', '-c', `echo '${crashing}'; exit 3`];
  const [program, ...rest] = words.map((word) => here(word, host));
  const ours = fileURLToPath(new URL('../../../bin/ln-play-lightningd.js', import.meta.url));
  const [real, first] =
    program === 'ln-play-lightningd' ? [process.execPath, [ours]] : [process.env[`FAKE_${program}`] ?? program, []];
  const log = openSync(join(folderOf(host), 'log'), 'a');
  const child = spawn(real, [...first, ...rest], { detached: true, stdio: ['ignore', log, log], cwd: cluster });
  child.on('error', (error) => appendFileSync(join(folderOf(host), 'log'), `${error.message}\n`));
  child.unref();
  return child.pid ?? 0;
}

export function endPod(host) {
  const pid = podPid(host);
  if (pid > 0) process.kill(pid, 'SIGTERM');
  while (podPid(host) !== 0) sleep(20);
  rmSync(recordOf(host), { force: true });
}

/** Makes pods what their sets ask for. Only one kubectl does, at a time. */
export function reconcile() {
  if (behaviour().idle) return;
  locked(
    'kubelet',
    () => {
      const all = sets();
      for (const set of all) reconcileSet(set, set.metadata.name);
    },
    true,
  );
}

function reconcileSet(set, host) {
  const { state = {}, quota = {} } = behaviour();
  const record = readJson(recordOf(host), undefined);
  if (set.spec.replicas === 0 || quota[host]) return record && endPod(host);
  const update = (now) => writeJson(recordOf(host), now);
  const evicted = join(cluster, `evict-${host}`);
  if (existsSync(evicted) && record) {
    const message = readFileSync(evicted, 'utf8');
    rmSync(evicted);
    if (podPid(host) > 0) process.kill(podPid(host), 'SIGKILL');
    return update({ ...record, evicted: message, at: Date.now() });
  }
  mkdirSync(folderOf(host), { recursive: true });
  if (!record || (record.evicted && Date.now() - record.at > BACK_OFF_MS)) {
    const uid = randomUUID();
    // one that is held up has no process
    return update({
      uid,
      restarts: 0,
      pid: state[host] ? 0 : startContainer(set, host),
      held: state[host] !== undefined,
    });
  }
  if (record.evicted || isAlive(record.pid)) return undefined;
  if (record.held) {
    if (!state[host]) update({ ...record, held: false, pid: startContainer(set, host) });
  } else if (!record.endedAt) update({ ...record, endedAt: Date.now() });
  else if (Date.now() - record.endedAt > BACK_OFF_MS)
    update({ uid: record.uid, restarts: record.restarts + 1, pid: startContainer(set, host) });
  return undefined;
}

/** A pod as an API server gives it, or undefined. */
export function podOf(set) {
  const host = set.metadata.name;
  const record = readJson(recordOf(host), undefined);
  if (!record) return undefined;
  const { image } = set.spec.template.spec.containers[0];
  const metadata = { name: `${host}-0`, uid: record.uid, labels: { ...set.spec.template.metadata.labels } };
  const podStatus = (status) => ({ apiVersion: 'v1', kind: 'Pod', metadata, status });
  if (record.evicted)
    return podStatus({ phase: 'Failed', reason: 'Evicted', message: record.evicted, containerStatuses: [] });
  const held = behaviour().state?.[host];
  if (held?.conditions) return podStatus({ phase: 'Pending', ...held });
  const container = { name: set.spec.template.spec.containers[0].name, image, restartCount: record.restarts };
  const terminated = { exitCode: 3, reason: 'Error' };
  const state =
    held ??
    (isAlive(record.pid)
      ? { running: { startedAt: new Date().toISOString().slice(0, 10) } }
      : {
          waiting: {
            reason: 'CrashLoopBackOff',
            message: `back-off 10s restarting failed container=${container.name}`,
          },
        });
  const lastState = record.restarts > 0 || state.waiting?.reason === 'CrashLoopBackOff' ? { terminated } : {};
  const phase = held ? 'Pending' : 'Running';
  return podStatus({ phase, containerStatuses: [{ ...container, ready: 'running' in state, state, lastState }] });
}
