import { messageOf } from '../core/errors.js';
import type { MiningSettings } from '../network/background/sections.js';
import type { Host, Running, SectionModule } from './section.js';

/** How soon a block is tried again that bitcoind did not make, as it is being restarted, in ms. */
const RETRY_MS = 500;

/** Blocks by the clock. One that takes longer than the time between two keeps the next ones waiting: none is made up for. */
export const mining: SectionModule<MiningSettings> = {
  start: (settings, host) => Promise.resolve(new Clock(settings, host)),
};

class Clock implements Running<MiningSettings> {
  readonly #host: Host;
  #settings: MiningSettings;
  #nextAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #mining: Promise<void> | undefined;
  #stopped = false;

  constructor(settings: MiningSettings, host: Host) {
    this.#host = host;
    this.#settings = settings;
    this.#schedule(settings.everyMs);
  }

  async update(settings: MiningSettings): Promise<void> {
    const { everyMs } = settings;
    const before = this.#settings.everyMs;
    this.#settings = settings;
    if (everyMs === before) return;
    const lastAt = this.#nextAt - before;
    // while a block is made, the next is scheduled at its end
    if (!this.#mining) this.#schedule(Math.max(0, lastAt + everyMs - Date.now()));
    await Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#mining;
  }

  state(): { readonly nextAt: number } {
    return { nextAt: this.#nextAt };
  }

  #schedule(inMs: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#nextAt = Date.now() + inMs;
    this.#timer = setTimeout(() => {
      this.#mining = this.#mine().finally(() => (this.#mining = undefined));
    }, inMs);
  }

  async #mine(): Promise<void> {
    const dueAt = this.#nextAt;
    try {
      await this.#host.playground.miner.mine(1, {}, this.#settings);
      this.#host.problem(undefined);
      this.#schedule(Math.max(0, dueAt + this.#settings.everyMs - Date.now()));
    } catch (error) {
      this.#host.problem(`no block: ${messageOf(error)}`);
      this.#schedule(RETRY_MS);
    }
  }
}
