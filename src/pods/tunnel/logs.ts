import { createWriteStream, mkdirSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { startStream } from '../../process/stream-child.js';
import type { Cluster } from '../cluster.js';

/** How long it waits for one more pod whose log can be followed by the same program, and for all of them, in ms. */
const GATHER_MS = 200;
const MOST_GATHER_MS = 5_000;

interface Followed {
  readonly file: string;
  readonly output: WriteStream;
  /** What is followed of it: see PodState. */
  run: string | undefined;
  /** What the file has already; undefined for all. */
  since: Date | undefined;
}

/** Appends what daemons log to files: one program follows many of them. */
export class Logs {
  readonly #cluster: Cluster;
  readonly #signal: AbortSignal;
  readonly #followed = new Map<string, Followed>();
  #next = new Set<string>();
  #startBy = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(cluster: Cluster, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#signal = signal;
  }

  /** Follows a daemon's log from the start of this run of it, or from where its file ends. */
  follow(host: string, file: string, run: string | undefined): void {
    const before = this.#followed.get(host);
    if (before?.run === run && before?.file === file) return;
    if (before) {
      before.run = run;
      before.since = undefined; // what is logged is another's, from its beginning
    } else {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      const output = createWriteStream(file, { flags: 'a', mode: 0o600 });
      this.#followed.set(host, { file, output, run, since: lastWritten(file) });
    }
    this.#enqueue(host);
  }

  leave(host: string): void {
    this.#followed.get(host)?.output.end();
    this.#followed.delete(host);
    this.#next.delete(host);
  }

  #enqueue(host: string): void {
    const now = performance.now();
    if (this.#next.size === 0) this.#startBy = now + MOST_GATHER_MS;
    this.#next.add(host);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#start(), Math.min(GATHER_MS, this.#startBy - now));
  }

  #start(): void {
    const hosts = [...this.#next].filter((host) => this.#followed.has(host));
    this.#next = new Set();
    const isNew = (host: string): boolean => this.#followed.get(host)!.since === undefined;
    for (const some of [hosts.filter(isNew), hosts.filter((host) => !isNew(host))])
      for (let from = 0; from < some.length; from += this.#cluster.logsAtOnce)
        void this.#followSome(some.slice(from, from + this.#cluster.logsAtOnce));
  }

  async #followSome(hosts: readonly string[]): Promise<void> {
    if (this.#signal.aborted) return;
    const runs = new Map(hosts.map((host) => [host, this.#followed.get(host)!.run]));
    const times = hosts.flatMap((host) => this.#followed.get(host)!.since?.getTime() ?? []);
    const since = times.length === 0 ? undefined : new Date(Math.min(...times));
    const { stream, ended, kill } = startStream(this.#cluster.logs(hosts, since));
    this.#signal.addEventListener('abort', kill, { once: true });
    stream.end();
    for await (const line of createInterface({ input: stream })) {
      const [host, text] = this.#cluster.loggedBy(line, hosts);
      const followed = this.#followed.get(host);
      if (followed && followed.run === runs.get(host)) followed.output.write(`${text}\n`);
    }
    await ended;
    this.#signal.removeEventListener('abort', kill);
    if (this.#signal.aborted) return;
    const at = new Date();
    for (const host of hosts) {
      const followed = this.#followed.get(host);
      if (!followed || followed.run !== runs.get(host)) continue; // it is followed by another one
      followed.since = at;
      this.#again(host, followed);
    }
  }

  /** A program that has ended while its pods run: it lost its connection. */
  #again(host: string, followed: Followed): void {
    setTimeout(() => {
      if (!this.#signal.aborted && this.#followed.get(host) === followed && !this.#next.has(host)) this.#enqueue(host);
    }, AGAIN_MS);
  }
}

/** How long a log that cannot be followed is left alone, in ms. */
const AGAIN_MS = 1_000;

function lastWritten(file: string): Date | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats && stats.size > 0 ? stats.mtime : undefined;
}
