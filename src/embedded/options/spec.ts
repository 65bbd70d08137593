import type { Kind } from './kinds.js';

/** What ours does with an option of lightningd's. */
export type Use =
  | { readonly use: 'honoured' }
  /** Accepted and said once in the log: leaving it out changes nothing that a playground relies on. */
  | { readonly use: 'ignored'; readonly why: string }
  /** Refused at the start: whoever gives it relies on what we do not support. */
  | { readonly use: 'refused'; readonly why: string };

/** One option, of lightningd's own or of a plugin. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  readonly kind: Kind;
  readonly help: string;
  /** What the command line's help calls the value. */
  readonly arg?: string;
  /** The text that `--help` and `listconfigs` show if it is not given. */
  readonly default?: string;
  /** May be given several times. */
  readonly multi?: boolean;
  /** Needs `--developer`. */
  readonly developer?: boolean;
  /** `setconfig` may change it. */
  readonly dynamic?: boolean;
  /** Prints something and ends. */
  readonly exits?: boolean;
  /** Refused if deprecated APIs are. */
  readonly deprecated?: boolean;
  /** `listconfigs` does not show its value. */
  readonly conceal?: boolean;
  /** Left out of `--help`. */
  readonly hidden?: boolean;
  /** Keeps spaces at the end of the value. */
  readonly keepsSpace?: boolean;
  readonly use: Use;
  /** The plugin that brought it, as `listconfigs` names it. */
  readonly plugin?: string;
}

type Details = Partial<Omit<OptionSpec, 'name' | 'kind' | 'help' | 'use'>>;

export const honoured = (name: string, kind: Kind, help: string, details: Details = {}): OptionSpec => ({
  name,
  kind,
  help,
  ...details,
  use: { use: 'honoured' },
});

export const ignored = (name: string, kind: Kind, help: string, why: string, details: Details = {}): OptionSpec => ({
  ...honoured(name, kind, help, details),
  use: { use: 'ignored', why },
});

export const refused = (name: string, kind: Kind, help: string, why: string, details: Details = {}): OptionSpec => ({
  ...honoured(name, kind, help, details),
  use: { use: 'refused', why },
});
