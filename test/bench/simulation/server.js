/**
 * A cluster that is simulated: an API server and its controllers as src/pods asks them, lightningds that answer at once, and a
 * real bitcoind. What takes time in a cluster takes time here: LATENCY. What is in flight is counted.
 */
import { randomUUID } from 'node:crypto';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { Chain } from './chain.js';
import { Lightningds } from './lightningd.js';

/** In ms: a request to the API server; an exec until its command runs; a pod from its making to its running. */
export const LATENCY = { request: 10, exec: 50, pod: 2_000 };
/** How many pods a second its controllers make: 20 requests a second are kube-controller-manager's default. */
const PODS_A_SECOND = 20;

/** A line, and what comes after it. */
function cut(bytes) {
  const end = bytes.indexOf('\n');
  return end < 0 ? [undefined, bytes] : [bytes.subarray(0, end).toString(), bytes.subarray(end + 1)];
}

export class Simulation {
  #objects = new Map();
  #pods = new Map();
  #watchers = new Set();
  #nextPodAt = 0;
  #inFlight = new Map();
  #folder;
  #bitcoind;
  #port;
  #server;
  /** Calls by verb, how many of each were in flight at once at the most, and when the first came and the last ended. */
  calls = new Map();
  most = new Map();
  times = new Map();
  lightningds;

  constructor({ folder, bitcoind, bitcoindPort, port }) {
    this.#folder = folder;
    this.#bitcoind = bitcoind;
    this.#port = bitcoindPort;
    this.#server = createServer((client) => this.#serve(client)).listen(port, '127.0.0.1');
  }

  close() {
    this.chain?.close();
    this.#server.close();
  }

  #serve(client) {
    client.on('error', () => {});
    let bytes = Buffer.alloc(0);
    const onData = (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      const [line, rest] = cut(bytes);
      if (line === undefined) return;
      const args = line.split('\x1f').filter((arg) => arg !== '' && !/^--(namespace|context)=/.test(arg));
      const isApplied = ['apply', 'create'].includes(args[0]);
      const [length, input] = isApplied ? cut(rest) : ['0', rest];
      if (length === undefined || (isApplied && input.length < Number(length))) return;
      client.off('data', onData);
      client.pause();
      void this.#do(client, args, String(input));
    };
    client.on('data', onData);
  }

  async #do(client, args, input) {
    const verb = args.includes('--watch') ? 'watch' : args[0];
    this.calls.set(verb, (this.calls.get(verb) ?? 0) + 1);
    const now = (this.#inFlight.get(verb) ?? 0) + 1;
    this.#inFlight.set(verb, now);
    this.most.set(verb, Math.max(this.most.get(verb) ?? 0, now));
    const began = performance.now();
    client.on('close', () => {
      this.#inFlight.set(verb, this.#inFlight.get(verb) - 1);
      this.times.set(verb, [this.times.get(verb)?.[0] ?? began, performance.now()]);
    });
    if (verb === 'exec') return await this.#exec(client, args, input);
    client.resume();
    if (verb === 'watch') return this.#watch(client);
    if (verb === 'logs') return undefined; // they log nothing
    const { stdout = '' } = await this[`_${verb}`](args, input);
    client.end(`0\n${stdout}`);
    return undefined;
  }

  async _get(args) {
    await delay(LATENCY.request);
    const list = (items) => ({ stdout: JSON.stringify({ items }) });
    if (args[1] === 'namespace') return { stdout: JSON.stringify(this.#objects.get(`Namespace/${args[2]}`)) ?? '' };
    return args[1] === 'pods' ? list([...this.#pods.values()]) : list([]);
  }

  async _create(_, input) {
    return await this._apply(_, input);
  }

  async _apply(_, input) {
    for (const document of parseAllDocuments(input)) {
      const object = document.toJS();
      await delay(LATENCY.request);
      this.#objects.set(`${object.kind}/${object.metadata.name}`, object);
      if (object.kind === 'StatefulSet') this.#scale(object, 1);
    }
    return {};
  }

  async _scale(args) {
    const replicas = Number(args.find((arg) => arg.startsWith('--replicas=')).split('=')[1]);
    for (const set of this.#objects.values())
      if (set.kind === 'StatefulSet' && (args.includes('-l') || args.includes(`statefulset/${set.metadata.name}`))) {
        await delay(2 * LATENCY.request);
        this.#scale(set, replicas);
      }
    return {};
  }

  async _delete() {
    await delay(LATENCY.request * this.#objects.size);
    for (const host of this.#pods.keys()) this.#end(host);
    this.#objects.clear();
    return {};
  }

  #scale(set, replicas) {
    const host = set.metadata.name;
    if (replicas === 0) return this.#end(host);
    if (this.#pods.has(host)) return;
    const now = performance.now();
    this.#nextPodAt = Math.max(now, this.#nextPodAt) + 1_000 / PODS_A_SECOND;
    const { image } = set.spec.template.spec.containers[0];
    const metadata = { name: `${host}-0`, uid: randomUUID(), labels: set.spec.template.metadata.labels };
    const put = (phase, state) => {
      const status = { phase, containerStatuses: [{ image, restartCount: 0, state }] };
      const type = this.#pods.has(host) ? 'MODIFIED' : 'ADDED';
      this.#pods.set(host, { metadata, status });
      this.#tell(type, this.#pods.get(host));
    };
    setTimeout(() => {
      put('Pending', { waiting: { reason: 'ContainerCreating' } });
      setTimeout(() => {
        if (host === 'bitcoind') this.#startBitcoind();
        put('Running', { running: {} });
      }, LATENCY.pod);
    }, this.#nextPodAt - now);
  }

  #startBitcoind() {
    if (this.chain) return;
    const { password } = this.#objects.get('Secret/bitcoind-rpc').data;
    this.chain = new Chain({
      bitcoind: this.#bitcoind,
      folder: join(this.#folder, 'bitcoind'),
      port: this.#port,
      password: Buffer.from(password, 'base64').toString(),
    });
    this.lightningds = new Lightningds(this.chain);
  }

  #end(host) {
    const pod = this.#pods.get(host);
    this.#pods.delete(host);
    if (pod) this.#tell('DELETED', pod);
  }

  #tell(type, object) {
    for (const client of this.#watchers) client.write(`${JSON.stringify({ type, object })}\n`);
  }

  #watch(client) {
    this.#watchers.add(client);
    client.on('close', () => this.#watchers.delete(client));
    for (const pod of this.#pods.values()) client.write(`${JSON.stringify({ type: 'ADDED', object: pod })}\n`);
  }

  async #exec(client, args, rest) {
    const host = args[args.indexOf('-i') + 1].replace(/-0$/, '');
    await delay(LATENCY.exec);
    client.write('\n');
    if (host === 'bitcoind') {
      const upstream = createConnection(this.#port, '127.0.0.1');
      upstream.on('error', () => client.destroy());
      upstream.write(rest);
      client.pipe(upstream).pipe(client);
      return;
    }
    let text = rest;
    const answer = async () => {
      const parts = text.split('\n\n');
      text = parts.pop();
      for (const part of parts)
        client.write(`${JSON.stringify(await this.lightningds.answer(host, JSON.parse(part)))}\n\n`);
    };
    client.on('data', (chunk) => {
      text += chunk;
      void answer();
    });
    client.resume();
    await answer();
  }
}
