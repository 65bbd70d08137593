#!/usr/bin/env node
/**
 * A kubectl with a cluster behind it that is a folder, FAKE_CLUSTER (cluster.js), and real daemons for pods (kubelet.js).
 * What it knows is what src/pods asks; what it says is what kubectl 1.32 says. `behaviour.json` in the folder has it
 * misbehave: { "fail": { VERB or VERB KIND: text }, "hang": [VERB…], "state": { host: container state or pod status },
 * "crash": { host: what is logged before it ends }, "quota": { host: text }, "evictAt": { host: RPC method } }.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, createReadStream, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import {
  assertNamespace,
  behaviour,
  change,
  cluster,
  fail,
  isSame,
  kindsOf,
  objects,
  pluralOf,
  selects,
  sets,
} from './cluster.js';
import { addressOf, endPod, folderOf, here, podOf, podPid, reconcile } from './kubelet.js';

const given = process.argv.slice(2);
const namespace = given.find((arg) => arg.startsWith('--namespace='))?.slice('--namespace='.length);
const context = given.find((arg) => arg.startsWith('--context='))?.slice('--context='.length);
const args = given.filter((arg) => !/^--(namespace|context)=/.test(arg));
const [verb, what, ...rest] = args;
appendFileSync(join(cluster, 'calls.log'), `${args.join(' ')}\n`);

if (context === 'nowhere') fail('Error in configuration: context was not found for specified context: nowhere');
const { fail: failures = {}, hang = [], evictAt = {} } = behaviour();
const said = failures.all ?? failures[`${verb} ${what}`] ?? failures[verb];
if (said) fail(said);

const option = (name) => args[args.indexOf(name) + 1];
const selector = args.includes('-l') ? option('-l') : undefined;
const isSelected = selects(selector);
const items = (all) => process.stdout.write(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: all }));
const documents = () =>
  parseAllDocuments(readFileSync(0, 'utf8'))
    .map((document) => document.toJS())
    .filter(Boolean);
const pods = () =>
  sets()
    .map(podOf)
    .filter((pod) => pod && isSelected(pod));
const names = () => [what, ...rest].filter((word) => word && !word.startsWith('-') && word !== selector);

const commands = {
  get() {
    if (what === 'namespace') {
      const found = objects().find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === rest[0]);
      if (found) process.stdout.write(JSON.stringify(found));
    } else if (what === 'events') {
      const { quota = {} } = behaviour();
      items(Object.entries(quota).map(([name, message]) => ({ involvedObject: { name }, message })));
    } else if (what === 'pods') {
      reconcile();
      if (args.includes('--watch')) watch();
      else items(pods());
    } else {
      const kinds = kindsOf(what);
      const found = objects().filter((each) => kinds.includes(each.kind) && isSelected(each));
      items([...found, ...(kinds.includes('Pod') ? pods() : [])]);
    }
  },
  create() {
    const all = documents();
    assertNamespace(namespace, all);
    for (const one of all)
      if (objects().some((other) => isSame(one, other)))
        fail(
          `Error from server (AlreadyExists): error when creating "STDIN": ${pluralOf(one.kind)} "${one.metadata.name}" already exists`,
        );
    change((others) => [...others, ...all]);
  },
  apply() {
    const all = documents();
    assertNamespace(namespace, all);
    change((others) => [...others.filter((each) => !all.some((other) => isSame(each, other))), ...all]);
    reconcile();
  },
  scale() {
    const replicas = Number(args.find((arg) => arg.startsWith('--replicas=')).split('=')[1]);
    const wanted = names();
    const isMeant = (each) =>
      each.kind === 'StatefulSet' &&
      (selector ? isSelected(each) : wanted.includes(`statefulset/${each.metadata.name}`));
    if (selector && !sets().some(isMeant)) fail('error: no objects passed to scale');
    change((all) => all.map((each) => (isMeant(each) ? { ...each, spec: { ...each.spec, replicas } } : each)));
    const missing = selector
      ? undefined
      : wanted.map((word) => word.split('/')[1]).find((name) => !sets().some((set) => set.metadata.name === name));
    reconcile();
    if (missing) fail(`Error from server (NotFound): statefulsets.apps "${missing}" not found`);
  },
  delete() {
    if (what === 'pod')
      return rest.filter((word) => !word.startsWith('-')).forEach((name) => endPod(name.replace(/-0$/, '')));
    const kinds = kindsOf(what);
    const isMeant = (each) => kinds.includes(each.kind) && isSelected(each);
    for (const set of sets().filter(isMeant)) endPod(set.metadata.name);
    change((all) => all.filter((each) => !isMeant(each)));
    if (kinds.includes('StatefulSet')) rmSync(join(cluster, 'pods'), { recursive: true, force: true });
  },
  logs() {
    if (!args.includes('-f')) {
      const lines = readFileSync(join(folderOf(what.replace(/-0$/, '')), 'log'), 'utf8')
        .trim()
        .split('\n');
      process.stdout.write(`${lines.slice(-10).join('\n')}\n`);
      return;
    }
    const followed = sets().filter((set) => isSelected(set.spec.template) && podOf(set));
    const most = Number(args.find((arg) => arg.startsWith('--max-log-requests='))?.split('=')[1] ?? 5);
    if (followed.length > most)
      fail(
        `error: you are attempting to follow ${followed.length} log streams, but maximum allowed concurrency is ${most}, use --max-log-requests to increase the limit`,
      );
    for (const { metadata } of followed) followLog(metadata.name);
  },
  exec() {
    const host = rest[0].replace(/-0$/, '');
    if (!sets().some((set) => set.metadata.name === host && podOf(set)))
      fail(`Error from server (NotFound): pods "${rest[0]}" not found`);
    if (podPid(host) === 0)
      fail('error: Internal error occurred: error executing command in container: container is not running');
    const command = args.slice(args.indexOf('--') + 1).map((word) => here(word, host));
    if (!command.join(' ').includes('socat'))
      return void spawn(command[0], command.slice(1), { stdio: 'inherit' }).on('exit', (code) =>
        process.exit(code ?? 1),
      );
    process.stdout.write('\n');
    bridge(host);
  },
};

/** No name server knows these pods: what goes to a lightningd names addresses. */
function bridge(host) {
  const path = join(folderOf(host), 'data', 'regtest', 'lightning-rpc');
  if (!existsSync(path)) return void setTimeout(() => bridge(host), 50);
  const socket = createConnection(path);
  process.stdin.on('data', (chunk) => {
    const text = String(chunk).replace(/@([a-z0-9-]+):9735/g, (_, name) => `@${addressOf(name)}:9735`);
    if (evictAt[host] && text.includes(`"${evictAt[host]}"`) && !existsSync(join(cluster, `evicted-${host}`))) {
      writeFileSync(join(cluster, `evicted-${host}`), '');
      writeFileSync(join(cluster, `evict-${host}`), 'The node was low on resource: memory. Threshold quantity: 100Mi');
      return;
    }
    socket.write(text);
  });
  process.stdin.on('end', () => socket.end());
  socket.pipe(process.stdout);
  socket.on('error', () => process.exit(1)).on('close', () => process.exit(137));
}

function watch() {
  let before = new Map();
  const look = () => {
    reconcile();
    const now = new Map(pods().map((pod) => [pod.metadata.name, pod]));
    const tell = (type, object) => process.stdout.write(`${JSON.stringify({ type, object })}\n`);
    for (const [name, pod] of before) if (!now.has(name)) tell('DELETED', pod);
    for (const [name, pod] of now) {
      const was = before.get(name);
      if (JSON.stringify(was) !== JSON.stringify(pod)) tell(was ? 'MODIFIED' : 'ADDED', pod);
    }
    before = now;
    if (!existsSync(cluster) || process.ppid === 1) process.exit(0); // all has been removed, or nobody listens
  };
  look();
  setInterval(look, 100);
}

function followLog(host) {
  const file = join(folderOf(host), 'log');
  let from = 0;
  let partial = '';
  const timer = setInterval(() => {
    const size = existsSync(file) ? statSync(file).size : 0;
    if (size > from)
      createReadStream(file, { start: from, end: size - 1 }).on('data', (chunk) => {
        const lines = (partial + chunk).split('\n');
        partial = lines.pop();
        for (const line of lines) process.stdout.write(`[pod/${host}-0/lightningd] ${line}\n`);
      });
    from = size;
    if (podPid(host) === 0 || process.ppid === 1) clearInterval(timer);
  }, 50);
}

process.stdout.on('error', () => process.exit(1)); // nobody listens
if (hang.includes(verb)) setInterval(() => {}, 60_000);
else
  try {
    commands[verb]();
  } catch (error) {
    fail(error.stack);
  }
