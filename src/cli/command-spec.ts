import type { RunCommand } from './context.js';

/** One command: what it takes, what its help says, and the module that does it, loaded when it is wanted. */
export interface CommandSpec {
  /** `mine [blocks]`, as commander writes arguments; several words for a command in a group: `plugin check <file>`. */
  readonly usage: string;
  /** What it does, in a line that fits the list of all commands. */
  readonly summary: string;
  /** What else there is to say of it, in its own help. */
  readonly about?: string;
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** Everything behind the first argument belongs to somebody else, also what looks like an option. */
  readonly passThrough?: boolean;
  /** What it prints is for a shell to run, and is not touched. */
  readonly printsCode?: boolean;
  /** Not for people: left out of the help. */
  readonly hidden?: boolean;
  readonly load: () => Promise<{ readonly run: RunCommand }>;
}

/** Flags, description, and for an option that may be given several times `many`. */
export type OptionSpec = readonly [flags: string, description: string, many?: 'many'];

/** What every command takes, before and after its name. */
export const COMMON: readonly OptionSpec[] = [
  ['--dir <dir>', "the playground's folder (LN_PLAY_DIR, or ~/.ln-play)"],
  ['--json', 'one JSON document on standard output'],
  ['-q, --quiet', 'nothing but errors'],
  ['--timeout <seconds>', 'how long to wait for any one thing (60)'],
];

/** `plugin check`, of its usage. */
export const nameOf = (usage: string): string => usage.split(/ [<[]/)[0]!;

/** Which programs run. */
export const PROGRAMS: readonly OptionSpec[] = [
  ['--bitcoind <path>', 'the bitcoind to run'],
  [
    '--lightningd <lightningd>',
    "the lightningd to run: a path, an installed version, or 'embedded' for the one that comes with ln-play",
  ],
];
