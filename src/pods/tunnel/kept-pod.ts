import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigFile } from '../../core/config-file.js';
import { LnPlayError } from '../../core/errors.js';
import { readIfThere, writeWhole } from '../../core/files.js';
import { RPC_USER } from '../../daemons/container.js';
import { rpcSocketOf } from '../../daemons/lightning-dir.js';
import type { Waiting } from '../../process/held-process.js';
import type { Kept, Tell } from '../../process/keeper/serve.js';
import { ABSENT, type Absence, type Cluster, type PodState } from '../cluster.js';
import { TO_BITCOIND, TO_LIGHTNINGD } from './bridge.js';
import { Client } from './client.js';
import { listen } from './listen.js';
import type { Logs } from './logs.js';
import { BITCOIND, LIGHTNINGD } from './protocols.js';
import type { Slots } from './slots.js';
import type { Watched } from './watched.js';

/** What all kept pods share. */
export interface Means {
  readonly cluster: Cluster;
  readonly watched: Watched;
  readonly logs: Logs;
  readonly slots: { readonly bitcoind: Slots; readonly nodes: Slots };
  readonly start: (host: string) => Promise<void>;
  readonly restart: (host: string) => Promise<void>;
  readonly stop: (host: string) => Promise<void>;
  readonly whyAbsent: (host: string) => Promise<Absence>;
}

export interface PodOptions {
  readonly isBitcoind: boolean;
  readonly host: string;
  /** Of bitcoind's RPC. */
  readonly password: string;
  /** The daemon's own on this machine: its log and RPC socket, or port, are there. */
  readonly folder: string;
}

/** From so many crashes on a daemon is given up. */
const CRASHES = 2;
/** For how long it must have run that earlier ones are forgotten, in ms. */
const WELL_MS = 600_000;
/** How long a pod may be away before it is asked why, and before it counts as gone, in ms; one that never ran has longer. */
const ASK_WHY_MS = 3_000;
const COME_BACK_MS = 60_000;
const COME_MS = 600_000;
/** How long one may take to end, in ms. */
const STOP_MS = 60_000;
/** How soon after a connection broke it is known that its pod did, in ms. */
const NOTICE_MS = 5_000;

/** A pod whose daemon is offered on this machine, and whose log is written here. */
export class KeptPod implements Kept {
  readonly #means: Means;
  readonly #options: PodOptions;
  readonly #tell: Tell;
  readonly #ended = new AbortController();
  #close = (): void => {};
  #stopping: Promise<void> | undefined;
  /** How often it had crashed when it was known to be well. */
  #forgiven: number | undefined;
  #well: NodeJS.Timeout | undefined;
  #away: NodeJS.Timeout[] = [];
  /** Why a connection broke, until there is another one. */
  #broken: Waiting | undefined;
  #lastAway: { readonly waiting: Waiting; readonly at: number } | undefined;
  #hasRun = false;
  /** The run that was there and is made anew. */
  #former: string | undefined;

  constructor(means: Means, options: PodOptions, tell: Tell) {
    this.#means = means;
    this.#options = options;
    this.#tell = tell;
    this.#live().catch((error: unknown) => {
      if (this.#ended.signal.aborted) return;
      this.drop();
      tell.ended(error);
    });
  }

  async stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    await this.#stopping.finally(() => (this.#stopping = undefined));
  }

  drop(): void {
    this.#ended.abort();
    clearTimeout(this.#well);
    this.#clearAway();
    this.#close();
    this.#means.logs.leave(this.#options.host);
  }

  async #stop(): Promise<void> {
    const { watched, stop } = this.#means;
    const { host } = this.#options;
    await stop(host);
    const signal = AbortSignal.timeout(STOP_MS);
    await watched.until(() => (watched.state(host)?.run === undefined ? true : undefined), signal);
    this.drop();
  }

  async #live(): Promise<void> {
    const { watched, start, restart } = this.#means;
    const { host } = this.#options;
    const { signal } = this.#ended;
    const first = await watched.until(() => {
      if (watched.problem !== undefined) this.#tell.waitsFor({ what: watched.problem });
      return watched.state(host);
    }, signal);
    if (first.phase === 'running') this.#forgiven = first.crashes;
    if (first.phase === 'absent') await start(host);
    else if (first.phase === 'failed' || this.#hasCrashed(first)) {
      this.#former = first.run;
      await restart(host);
    }
    await watched.until(() => this.#look(), signal);
    await this.#offer();
    await watched.until<never>(() => (this.#look(), undefined), signal);
  }

  /** Says how it does. @returns true if it runs @throws {LnPlayError} DAEMON if it can't */
  #look(): true | undefined {
    if (this.#stopping || this.#ended.signal.aborted) return undefined;
    const { watched, logs } = this.#means;
    const { host, folder, isBitcoind } = this.#options;
    const seen = watched.state(host) ?? ABSENT;
    const state = seen.run !== undefined && seen.run === this.#former ? ABSENT : seen;
    if (state.phase === 'failed') throw new LnPlayError('DAEMON', `The pod ${host} cannot run: ${state.why}`, state);
    if (this.#hasCrashed(state)) {
      this.#giveUp(state);
      return undefined;
    }
    if (state.phase !== 'running') {
      clearTimeout(this.#well);
      if (state.phase === 'absent') this.#isAway();
      const waiting = { what: `its pod ${host}: ${state.why ?? 'it is not there yet'}`, hint: state.hint };
      this.#lastAway = { waiting, at: performance.now() };
      this.#tell.waitsFor(waiting);
      return undefined;
    }
    this.#hasRun = true;
    this.#clearAway();
    const unwatched = watched.problem === undefined ? undefined : { what: watched.problem };
    this.#tell.waitsFor(this.#broken ?? unwatched);
    logs.follow(host, isBitcoind ? join(folder, 'regtest', 'debug.log') : join(folder, 'log'), state.run);
    clearTimeout(this.#well);
    this.#well = setTimeout(() => (this.#forgiven = state.crashes), WELL_MS);
    return true;
  }

  #hasCrashed({ phase, crashes }: PodState): boolean {
    return phase === 'ended' || (phase === 'starting' && crashes - (this.#forgiven ?? 0) >= CRASHES);
  }

  #giveUp({ why }: PodState): void {
    const { cluster, stop } = this.#means;
    const { host } = this.#options;
    if (this.#ended.signal.aborted) return;
    this.drop();
    const end = (details: readonly string[]): void =>
      this.#tell.ended(
        new LnPlayError('DAEMON', `The daemon in the pod ${host} crashes: ${why}`, {
          details: details.length === 0 ? ['it wrote nothing'] : details,
          hint: 'its last lines say why; mend that, then run `ln-play up` again',
        }),
      );
    const told = cluster.lastLines(host).then(end, (error: unknown) => end([String(error)]));
    if (!cluster.backsOff) void told.then(() => stop(host)).catch(() => {}); // else it crashes for ever
  }

  #isAway(): void {
    if (this.#away.length > 0) return;
    const { watched, whyAbsent } = this.#means;
    const { host } = this.#options;
    const gone = (why: string, hint: string): void => {
      if (this.#ended.signal.aborted || this.#stopping) return;
      this.drop();
      this.#tell.ended(new LnPlayError('DAEMON', `The pod ${host} has gone: ${why}`, { hint }));
    };
    const askWhy = async (): Promise<void> => {
      const { gone: place, why } = await whyAbsent(host);
      const what = why.get(host);
      if (place !== undefined) gone(place, PLACE_GONE);
      else if (what !== undefined && watched.state(host)?.phase === 'absent')
        this.#tell.waitsFor({ what: `its pod ${host}: ${what}` });
    };
    this.#away = [
      setTimeout(() => void askWhy().catch(() => {}), ASK_WHY_MS), // a cluster that cannot be asked is told by the watch
      setTimeout(() => gone('it does not come by itself', AGAIN), this.#hasRun ? COME_BACK_MS : COME_MS),
    ];
  }

  #clearAway(): void {
    for (const timer of this.#away) clearTimeout(timer);
    this.#away = [];
  }

  async #offer(): Promise<void> {
    const { cluster, slots } = this.#means;
    const { host, folder, isBitcoind, password } = this.#options;
    const onStop = (): void => {
      this.stop().then(
        () => this.#tell.left(),
        (error: unknown) => this.#tell.ended(error),
      );
    };
    const offer = {
      onStop,
      onHello: () => this.#isBroken(undefined),
      onBroken: (said: string) => this.#whenBroken(said),
    };
    if (isBitcoind) {
      await writeWhole(join(folder, 'regtest', '.cookie'), `${RPC_USER}:${password}`);
      const config = new ConfigFile((await readIfThere(join(folder, 'bitcoin.conf'))) ?? '', 'first');
      const where = { host: '127.0.0.1', port: Number(config.get('rpcport')) };
      const way = { protocol: BITCOIND, to: cluster.exec(host, TO_BITCOIND), slots: slots.bitcoind };
      this.#close = await listen(where, (client) => void new Client(client, { ...offer, ...way }));
      return;
    }
    const path = rpcSocketOf(folder);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    rmSync(path, { force: true });
    const way = { protocol: LIGHTNINGD, to: cluster.exec(host, TO_LIGHTNINGD), slots: slots.nodes };
    this.#close = await listen({ path }, (client) => void new Client(client, { ...offer, ...way }));
  }

  /** A connection breaks some moments before it is known what has become of its pod, or some after. */
  async #whenBroken(said: string): Promise<void> {
    const { watched } = this.#means;
    const since = performance.now() - NOTICE_MS;
    const away = (): Waiting | undefined =>
      this.#lastAway && this.#lastAway.at > since ? this.#lastAway.waiting : undefined;
    const broke = { what: said === '' ? 'the connection to its pod broke' : said };
    this.#isBroken(await watched.until(away, AbortSignal.timeout(NOTICE_MS)).catch(() => broke));
  }

  #isBroken(why: Waiting | undefined): void {
    if (this.#broken === why) return;
    this.#broken = why;
    this.#tell.waitsFor(why);
  }
}

const AGAIN = '`ln-play up` makes again what lacks';
const PLACE_GONE = 'its volumes have gone with it: `ln-play destroy --yes`, then `ln-play up` makes the network anew';
