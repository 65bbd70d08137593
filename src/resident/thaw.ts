import type { ThawSettings } from '../network/background/sections.js';
import { withoutThaw } from '../network/weather/freezing.js';
import type { Host, Running, SectionModule } from './section.js';

/** Lets frozen daemons go on when their time has come. */
export const thaw: SectionModule<ThawSettings> = {
  start: (settings, host) => Promise.resolve(new Alarm(settings, host)),
};

class Alarm implements Running<ThawSettings> {
  readonly #host: Host;
  #timers: NodeJS.Timeout[] = [];

  constructor(settings: ThawSettings, host: Host) {
    this.#host = host;
    this.#set(settings);
  }

  update(settings: ThawSettings): Promise<void> {
    this.#set(settings);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    return Promise.resolve();
  }

  #set({ at }: ThawSettings): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = Object.entries(at).map(([name, ms]) =>
      setTimeout(() => this.#thaw(name), Math.max(0, ms - Date.now())),
    );
  }

  #thaw(name: string): void {
    const { playground, log, problem } = this.#host;
    playground.daemon(name).daemon.thaw();
    log(`${name} goes on`);
    playground.background.note(withoutThaw(name)).catch(problem);
  }
}
