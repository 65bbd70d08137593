import type { OptionValues } from '../context.js';

/** Who this node says it is: its alias and colour may change while it runs. */
export class Identity {
  /** The node id, hex. */
  readonly id: string;
  readonly #options: Pick<OptionValues, 'string'>;

  constructor(id: string, options: Pick<OptionValues, 'string'>) {
    this.id = id;
    this.#options = options;
  }

  /** The alias in force; if none is set, one made of the node id. */
  get alias(): string {
    return this.#options.string('alias') ?? `LNPLAY-${this.id.slice(2, 10)}`;
  }

  /** The colour in force, six hex digits. */
  get color(): string {
    return this.#options.string('rgb') ?? this.id.slice(0, 6);
  }
}

/** Feature bits of our invoices: var_onion and payment_secret needed, basic_mpp understood (BOLT #9). */
export const INVOICE_FEATURES = '024100';
