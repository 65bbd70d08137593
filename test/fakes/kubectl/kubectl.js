#!/usr/bin/env node
/**
 * A kubectl with a cluster behind it that is a folder, FAKE_CLUSTER: its pods are real daemons on this machine, each with
 * an address of its own in 127.0.1.0/24. What it knows is what src/pods asks. `behaviour.json` in the folder has it
 * misbehave: { "fail": "what is said", "state": { host: containerStatus.state } }.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

const cluster = process.env.FAKE_CLUSTER;
const objectsFile = join(cluster, 'objects.json');
const args = process.argv.slice(2).filter((arg) => !/^--(namespace|context)=/.test(arg));
appendFileSync(join(cluster, 'calls.log'), `${args.join(' ')}\n`);

const behaviour = existsSync(join(cluster, 'behaviour.json'))
  ? JSON.parse(readFileSync(join(cluster, 'behaviour.json'), 'utf8'))
  : {};
if (behaviour.fail) {
  process.stderr.write(`${behaviour.fail}\n`);
  process.exit(1);
}

const objects = existsSync(objectsFile) ? JSON.parse(readFileSync(objectsFile, 'utf8')) : [];
const save = (all) => writeFileSync(objectsFile, JSON.stringify(all));
const isSame = (a, b) => a.kind === b.kind && a.metadata.name === b.metadata.name;
/** Whether an object is one of those that `-l KEY=VALUE` or `-l KEY!=VALUE` selects; all without it. */
const isSelected = ({ metadata }) => {
  const [, key, not, value] = /^([^=!]+)(!?)=(.*)$/.exec(args[args.indexOf('-l') + 1] ?? '') ?? [];
  return key === undefined || !args.includes('-l') || (metadata.labels?.[key] === value) === (not === '');
};
const folderOf = (host) => join(cluster, 'pods', host);
const pidOf = (host) => {
  const file = join(folderOf(host), 'pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  return pid > 0 && existsSync(`/proc/${pid}/exe`) ? pid : 0;
};

const sets = () => objects.filter(({ kind }) => kind === 'StatefulSet');
const addressOf = (host) => `127.0.1.${sets().findIndex(({ metadata }) => metadata.name === host) + 1}`;

/** What a container calls by its own names, as this machine calls it. */
function here(text, host) {
  return text
    .replaceAll('/data', join(folderOf(host), 'data'))
    .replaceAll('/etc/ln-play', join(folderOf(host), 'config'))
    .replaceAll('/run/ln-play', join(folderOf(host), 'key'))
    .replaceAll('0.0.0.0:', `${addressOf(host)}:`)
    .replaceAll('rpcbind=0.0.0.0', `rpcbind=${addressOf(host)}`)
    .replaceAll('bitcoin-rpcconnect=bitcoind', `bitcoin-rpcconnect=${addressOf('bitcoind')}`)
    .replaceAll('"127.0.0.1"', JSON.stringify(addressOf(host)))
    .replaceAll(
      '$(RPC_PASSWORD)',
      Buffer.from(objects.find(({ metadata }) => metadata.name === 'bitcoind-rpc').data.password, 'base64').toString(),
    );
}

function startPod(set) {
  const host = set.metadata.name;
  if (pidOf(host) || behaviour.state?.[host]) return;
  const { containers, initContainers = [] } = set.spec.template.spec;
  for (const name of ['data', 'config', 'key']) mkdirSync(join(folderOf(host), name), { recursive: true });
  const config = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === `${host}-config`);
  for (const [file, text] of Object.entries(config.data))
    writeFileSync(join(folderOf(host), 'config', file), here(text, host));
  const key = objects.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === `${host}-key`);
  for (const [file, text] of Object.entries(key?.data ?? {}))
    writeFileSync(join(folderOf(host), 'key', file), Buffer.from(text, 'base64'));
  for (const { command } of initContainers) {
    const [program, ...rest] = command.map((word) => here(word, host));
    execFileSync(program, rest);
  }
  const [program, ...rest] = containers[0].command.map((word) => here(word, host));
  const ours = fileURLToPath(new URL('../../../bin/ln-play-lightningd.js', import.meta.url));
  const [real, first] =
    program === 'ln-play-lightningd' ? [process.execPath, [ours]] : [process.env[`FAKE_${program}`] ?? program, []];
  const log = openSync(join(folderOf(host), 'log'), 'a');
  const child = spawn(real, [...first, ...rest], { detached: true, stdio: ['ignore', log, log], cwd: cluster });
  child.on('error', (error) => appendFileSync(join(folderOf(host), 'log'), `${error.message}\n`));
  if (child.pid) writeFileSync(join(folderOf(host), 'pid'), String(child.pid));
  child.unref();
}

function stopPod(host) {
  const pid = pidOf(host);
  if (pid === 0) return;
  process.kill(pid, 'SIGTERM');
  while (pidOf(host) !== 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

const podOf = (set) => {
  const host = set.metadata.name;
  const state =
    behaviour.state?.[host] ?? (pidOf(host) ? { running: {} } : { waiting: { reason: 'CrashLoopBackOff' } });
  return {
    metadata: { name: `${host}-0`, labels: { ...set.metadata.labels } },
    status: {
      phase: state.running ? 'Running' : 'Pending',
      containerStatuses: [{ image: set.spec.template.spec.containers[0].image, restartCount: 0, state }],
    },
  };
};

const [verb, what, ...rest] = args;
const commands = {
  get() {
    if (what === 'namespace') {
      const found = objects.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === rest[0]);
      if (found) process.stdout.write(JSON.stringify(found));
    } else if (what === 'pods') {
      if (!behaviour.idle) for (const set of sets()) if (set.spec.replicas > 0) startPod(set); // as a kubelet does
      const items = sets()
        .filter(isSelected)
        .filter(({ spec }) => spec.replicas > 0)
        .map(podOf);
      process.stdout.write(JSON.stringify({ items }));
    } else
      process.stdout.write(
        JSON.stringify({ items: objects.filter((each) => isSelected(each) && each.kind !== 'Namespace') }),
      );
  },
  apply() {
    const given = parseAllDocuments(readFileSync(0, 'utf8'))
      .map((document) => document.toJS())
      .filter(Boolean);
    const kept = objects.filter((each) => !given.some((other) => isSame(each, other)));
    objects.length = 0;
    objects.push(...kept, ...given);
    objects.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    objects.sort((a, b) => Number(b.metadata.name === 'bitcoind') - Number(a.metadata.name === 'bitcoind'));
    save(objects);
    if (!behaviour.idle) for (const set of sets()) startPod(set);
  },
  scale() {
    const set = sets().find(({ metadata }) => `statefulset/${metadata.name}` === what);
    if (!set) throw new Error(`Error from server (NotFound): statefulsets.apps "${what}" not found`);
    set.spec.replicas = Number(rest[0].split('=')[1]);
    save(objects);
    if (set.spec.replicas > 0) startPod(set);
    else stopPod(set.metadata.name);
  },
  wait() {},
  delete() {
    const isNamespace = what === 'namespace';
    for (const set of sets().filter(isSelected)) if (!isNamespace) stopPod(set.metadata.name);
    save(objects.filter((each) => !isSelected(each) || (each.kind === 'Namespace') !== isNamespace));
    if (!isNamespace) rmSync(join(cluster, 'pods'), { recursive: true, force: true });
  },
  logs() {
    const host = args.at(-1).replace(/-0$/, '');
    const file = join(folderOf(host), 'log');
    const pid = pidOf(host);
    let from = 0;
    const timer = setInterval(() => {
      const size = existsSync(file) ? statSync(file).size : 0;
      if (size > from) createReadStream(file, { start: from, end: size - 1 }).pipe(process.stdout, { end: false });
      from = size;
      if (!existsSync(`/proc/${pid}`)) clearInterval(timer);
    }, 50);
  },
  exec() {
    const host = rest[0].replace(/-0$/, '');
    const command = args.slice(args.indexOf('--') + 1).map((word) => here(word, host));
    if (!command.join(' ').includes('socat'))
      return void spawn(command[0], command.slice(1), { stdio: 'inherit' }).on('exit', (code) =>
        process.exit(code ?? 1),
      );
    // no name server knows these pods: what goes to a lightningd names addresses
    const socket = createConnection(join(folderOf(host), 'data', 'regtest', 'lightning-rpc'));
    process.stdin.on('data', (chunk) => {
      socket.write(String(chunk).replace(/@([a-z0-9-]+):9735/g, (_, name) => `@${addressOf(name)}:9735`));
    });
    process.stdin.on('end', () => socket.end());
    socket.pipe(process.stdout);
    socket.on('error', () => process.exit(1)).on('close', () => process.exit(0));
  },
};
try {
  commands[verb]();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
