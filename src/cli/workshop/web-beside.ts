import { LnPlayError } from '../../core/errors.js';
import { Playground } from '../../network/playground.js';
import { openWeb } from '../commands/web.js';
import type { CommandContext } from '../context.js';
import type { Page } from './page.js';

/** The network in a browser beside the terminal, from when there is a network. */
export class WebBeside {
  readonly #context: CommandContext;
  readonly #dir: string;
  readonly #page: Page;
  #isShown = false;

  constructor(context: CommandContext, dir: string, page: Page) {
    this.#context = context;
    this.#dir = dir;
    this.#page = page;
  }

  /** Opens it where it is not open: a page that was open before all was stopped goes on by itself. */
  async show(): Promise<void> {
    const playground = await this.#playground();
    if (!playground) return;
    try {
      if (playground.background.sections.web || !playground.bitcoind.daemon.attach()) return;
      if (this.#isShown) return void (await playground.openWeb());
      const { text } = await openWeb(this.#context, playground, {});
      this.#isShown = true;
      this.#page.raw(`${text}\n\n`);
    } finally {
      playground.close();
    }
  }

  async #playground(): Promise<Playground | undefined> {
    try {
      return await Playground.open(this.#dir, { signal: this.#context.signal });
    } catch (error) {
      if (error instanceof LnPlayError && error.code === 'STATE') return undefined; // there is none yet
      throw error;
    }
  }
}
