import { api, ApiError } from '../api.js';
import type { Happening, State } from '../api-types.js';

/** How the page and the server stand: `locked` is a cookie that the server does not know. */
export type Connection = 'connecting' | 'live' | 'gone' | 'locked';

/** How many happenings the page keeps. */
const KEPT = 2000;
/** How often what happened is handed to what is drawn, in ms: lists are not drawn anew for each of 100 a second. */
const BATCH_MS = 120;
const RETRY_MS = [300, 600, 1200, 2400, 4000];

/** What the server tells: the state as it is and what happened, newest last. It reconnects by itself and catches up. */
class Live {
  state = $state.raw<State>();
  happenings = $state.raw<readonly Happening[]>([]);
  connection = $state<Connection>('connecting');
  /** What was wrong when the state was last asked for, other than no server. */
  error = $state.raw<ApiError>();
  /** Whether more has happened than is kept, here or by the server. */
  hasGap = $state(false);

  readonly #listeners = new Set<(happening: Happening) => void>();
  #batch: Happening[] = [];
  #source: EventSource | undefined;
  /** 0 asks for all that is kept. */
  #lastId = 0;
  /** Whether all has been told that had happened when the page connected: it is listed, but nothing moves for it. */
  #hasCaughtUp = false;
  #failures = 0;

  start(): void {
    void this.#connect();
  }

  /** Calls for each that happens from now on, at once; gives what ends that. */
  onHappening(listener: (happening: Happening) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async refresh(): Promise<void> {
    try {
      this.state = await api.state();
      this.error = undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) this.connection = 'locked';
      else if (error.status === 0) this.connection = 'gone';
      else this.error = error;
      throw error;
    }
  }

  async #connect(): Promise<void> {
    try {
      await this.refresh();
    } catch {
      this.#retry();
      return;
    }
    const source = new EventSource(`/api/events?after=${this.#lastId}`);
    this.#source = source;
    this.#hasCaughtUp = false;
    source.addEventListener('open', () => {
      this.connection = 'live';
      this.#failures = 0;
    });
    source.addEventListener('state', ({ data }: MessageEvent<string>) => {
      this.state = JSON.parse(data) as State;
      this.#hasCaughtUp = true;
    });
    source.addEventListener('happening', ({ data, lastEventId }: MessageEvent<string>) => {
      this.#take(JSON.parse(data) as Happening, lastEventId);
    });
    source.addEventListener('reset', () => {
      // what is kept is told anew
      this.hasGap = true;
      this.happenings = [];
      this.#batch = [];
      this.#lastId = 0;
    });
    // a browser tries again by itself for some errors and not for others: here it is the same for all
    source.addEventListener('error', () => {
      source.close();
      if (this.#source !== source) return;
      this.connection = this.connection === 'live' ? 'connecting' : 'gone';
      this.#retry();
    });
  }

  #retry(): void {
    const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)];
    setTimeout(() => void this.#connect(), wait);
  }

  #take(happening: Happening, eventId: string): void {
    const id = Number(eventId || happening.id);
    if (id <= this.#lastId) return; // told twice, as after a reconnection
    this.#lastId = id;
    if (this.#hasCaughtUp) for (const listener of this.#listeners) listener(happening);
    if (this.#batch.push(happening) > 1) return;
    setTimeout(() => {
      const all = [...this.happenings, ...this.#batch];
      this.hasGap ||= all.length > KEPT;
      this.happenings = all.slice(-KEPT);
      this.#batch = [];
    }, BATCH_MS);
  }
}

export const live = new Live();
