import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { TrafficSettings } from '../network/background/sections.js';
import { activityOf } from '../traffic/settings.js';
import { TrafficStats } from '../traffic/stats.js';
import type { Host, Running, SectionModule } from './section.js';

/** How soon it is tried again where it cannot be, as there is no channel yet, in ms. */
const RETRY_MS = 1_000;

/** Payments that go on; while no node runs or no channel is open they wait for that. */
export const traffic: SectionModule<TrafficSettings> = {
  start: (settings, host) => Promise.resolve(new Payments(settings, host)),
};

class Payments implements Running<TrafficSettings> {
  readonly #host: Host;
  readonly #stats = new TrafficStats();
  #settings: TrafficSettings;
  #nodes: readonly string[] = [];
  #stop = new AbortController();
  #going: Promise<void> = Promise.resolve();

  constructor(settings: TrafficSettings, host: Host) {
    this.#host = host;
    this.#settings = settings;
    this.#start();
  }

  async update(settings: TrafficSettings): Promise<void> {
    const isSame = isDeepStrictEqual(settings, this.#settings) && isDeepStrictEqual(this.#names(), this.#nodes);
    if (isSame) return;
    await this.stop();
    this.#settings = settings;
    this.#start();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#going;
  }

  state(): { readonly [key: string]: unknown } {
    const { sent, paid, failed, failedBy } = this.#stats.summary();
    return { sent, paid, failed, failedBy: Object.fromEntries(failedBy) };
  }

  #names(): readonly string[] {
    return this.#host.playground.nodes.map(({ name }) => name);
  }

  #start(): void {
    this.#stop = new AbortController();
    this.#nodes = this.#names();
    this.#going = this.#goOn(this.#stop.signal);
  }

  async #goOn(signal: AbortSignal): Promise<void> {
    const { activities, ...options } = this.#settings;
    while (!signal.aborted) {
      try {
        const payments = this.#host.playground.traffic({
          ...options,
          activities: activities.map(activityOf),
          stats: this.#stats,
          signal,
        });
        for await (const _payment of payments) this.#host.problem(undefined);
        if (payments.end === 'done') return this.#host.log('all payments were made');
      } catch (error) {
        this.#host.problem(error);
      }
      await delay(RETRY_MS, undefined, { signal }).catch(() => {}); // then it was stopped
    }
  }
}
