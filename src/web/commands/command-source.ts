import { Bell } from '../../core/bell.js';
import type { CallResult } from '../../interface/call.js';
import type { Listeners } from '../../interface/collected-output.js';
import { errorBody } from '../../interface/errors.js';
import { written, type Source } from '../events/event-stream.js';

/** How much of what a command says may wait for its reader, in characters. */
const MOST_WAITING = 1_000_000;

/** A result as it is answered. */
export const answerOf = ({ json, text, exitCode }: CallResult): object => ({ json, text, exit_code: exitCode });

/**
 * What a command says as it goes on: `output` and `note`, each a text, and in the end `result` or `error`. Of what is said
 * faster than it is read some is left out, and `dropped` tells how many pieces.
 */
export class CommandSource implements Source {
  readonly #bell = new Bell();
  #waiting = '';
  #dropped = 0;
  #isOver = false;

  /** @param run begins it; it ends when the reader goes */
  constructor(run: (listeners: Listeners) => Promise<CallResult>) {
    const say = (event: string) => (text: string) => this.#say(event, { text });
    run({ onText: say('output'), onNote: say('note') })
      .then((result) => this.#say('result', answerOf(result), true))
      .catch((error: unknown) => this.#say('error', errorBody(error), true));
  }

  next(): string {
    const dropped = this.#dropped > 0 ? written('dropped', JSON.stringify({ pieces: this.#dropped })) : '';
    const text = this.#waiting + dropped;
    this.#waiting = '';
    this.#dropped = 0;
    return text;
  }

  isOver(): boolean {
    return this.#isOver && this.#waiting === '';
  }

  more(): Promise<void> {
    return this.#bell.rung;
  }

  #say(event: string, data: object, isLast = false): void {
    if (this.#waiting.length > MOST_WAITING && !isLast) this.#dropped++;
    else this.#waiting += written(event, JSON.stringify(data));
    this.#isOver ||= isLast;
    this.#bell.ring();
  }
}
