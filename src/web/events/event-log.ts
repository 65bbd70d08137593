import { Bell } from '../../core/bell.js';

/** How many happenings are kept for who comes back. */
const KEPT = 2_000;

/** One to be sent, as server-sent events have it. */
export interface WebEvent {
  readonly id: number;
  readonly event: 'state' | 'happening' | 'reset';
  /** JSON, on one line. */
  readonly data: string;
}

/**
 * All that happened last, numbered, and how all of it stands. Nothing is kept for a reader but how far it has read, so one
 * that is slow, or never comes back, costs nothing.
 */
export class EventLog {
  readonly #bell = new Bell();
  #happenings: WebEvent[] = [];
  #state: WebEvent | undefined;
  /** Numbers go on rising when the server is started again, so that whoever comes back is told that he missed something. */
  #last = Date.now();
  #begin = this.#last;

  /** @param happening what it is, given its number */
  add(happening: (id: number) => object): void {
    const id = ++this.#last;
    this.#happenings.push({ id, event: 'happening', data: JSON.stringify(happening(id)) });
    if (this.#happenings.length >= 2 * KEPT) {
      this.#happenings = this.#happenings.slice(-KEPT);
      this.#begin = this.#happenings[0]!.id - 1;
    }
    this.#bell.ring();
  }

  /** @param data JSON, on one line */
  setState(data: string): void {
    this.#state = { id: ++this.#last, event: 'state', data };
    this.#bell.ring();
  }

  /** All that is kept. */
  get happenings(): readonly WebEvent[] {
    return this.#happenings;
  }

  /** The number of the last that there was. */
  get last(): number {
    return this.#last;
  }

  /**
   * What came behind a number, at most so many: happenings, and once they are all there how all stands, if that has changed
   * or nothing has been told before. Behind 0 is all that is kept. Where more was missed than is kept, that is told, and then
   * all that is kept.
   *
   * @param id undefined: how all stands alone
   * @param isFirst whether it begins what a reader is told
   */
  after(id: number | undefined, most: number, isFirst = false): readonly WebEvent[] {
    const isMissed = id !== undefined && id !== 0 && (id < this.#begin || id > this.#last);
    const from = isMissed ? 0 : (id ?? this.#last);
    const first = this.#happenings.findLastIndex((each) => each.id <= from) + 1;
    const happened = this.#happenings.slice(first, first + most);
    const events: WebEvent[] = isMissed ? [{ id: from, event: 'reset', data: '{}' }, ...happened] : happened;
    const isAll = first + happened.length === this.#happenings.length;
    const isNews = this.#state !== undefined && (isFirst || this.#state.id > from);
    // its number is that of the last that was told: whoever comes back with it has seen all up to there
    if (isAll && isNews) events.push({ ...this.#state!, id: Math.max(this.#state!.id, events.at(-1)?.id ?? from) });
    return events;
  }

  /** Resolves when there is more. */
  get more(): Promise<void> {
    return this.#bell.rung;
  }
}
