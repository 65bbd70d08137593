import { Chalk } from 'chalk';
import { Output } from '../cli/output.js';

export interface Listeners {
  /** Each piece of the result that a command writes as it comes: lines, as a rule. */
  readonly onText?: ((text: string) => void) | undefined;
  /** What a command says besides: what takes long, what it waits for. */
  readonly onNote?: ((text: string) => void) | undefined;
}

/** Keeps what a command would print, without colours. */
export class CollectedOutput extends Output {
  override readonly style = new Chalk({ level: 0 });
  override readonly errorStyle = new Chalk({ level: 0 });
  override readonly width = Infinity;
  override readonly live = false;
  readonly #listeners: Listeners;
  #text = '';

  constructor(listeners: Listeners) {
    super({ json: true });
    this.#listeners = listeners;
  }

  /** All that was written, unless somebody listens. */
  get text(): string {
    return this.#text;
  }

  override write(text: string): void {
    if (this.#listeners.onText) this.#listeners.onText(text);
    else this.#text += text;
  }

  override async drained(text: string): Promise<void> {
    this.write(text);
    await Promise.resolve();
  }

  override note(text: string): void {
    this.#listeners.onNote?.(text);
  }

  override async flush(): Promise<void> {}
}
