import { api } from '../api.js';
import type { Command } from '../api-types.js';

/** The commands that the server offers, asked for once. */
class Commands {
  all = $state.raw<readonly Command[]>([]);
  error = $state.raw<Error>();
  #asked: Promise<void> | undefined;

  load(): Promise<void> {
    this.#asked ??= api.commands().then(
      (all) => void (this.all = all),
      (error: Error) => {
        this.error = error;
        this.#asked = undefined;
      },
    );
    return this.#asked;
  }
}

export const commands = new Commands();
