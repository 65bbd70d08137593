import { LnPlayError } from '../core/errors.js';
import type { PlaygroundContext } from '../network/playground.js';
import type { Output } from './output.js';
import type { Progress } from './progress.js';

/** What every command gets: its arguments and options as commander read them, and the ways out. */
export interface CommandContext {
  /** Positional arguments in order; undefined for one that was left out. */
  readonly args: readonly (string | undefined)[];
  /** The last argument where it takes any number. */
  readonly rest: readonly string[];
  readonly options: OptionsOf;
  readonly out: Output;
  /** What is under way, for what is no step of the playground: there is but one line to show it in. */
  readonly progress: Progress;
  /** Fires at Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** What the library is told: signal, progress, time limit. */
  readonly playground: PlaygroundContext;
}

/** Options as commander gives them: camelCase names; text, a flag, or texts for one that may be given several times. */
export interface OptionsOf {
  readonly dir?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly timeout?: string;
  readonly [name: string]: unknown;
}

/** What a command says in the end: one JSON document, or the text for a person. */
export interface Reply {
  readonly json: unknown;
  readonly text: string;
  /** 0 unless the command found what it looked for to be wrong. */
  readonly exitCode?: number;
}

/** How a command that has printed its result itself ended. */
export type Ended = Pick<Reply, 'exitCode'>;

export type RunCommand = (context: CommandContext) => Promise<Reply | Ended | undefined>;

/** The text option `name`, or undefined. */
export function textOption({ options }: CommandContext, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** All values of an option that may be given several times. */
export function listOption({ options }: CommandContext, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? (value as string[]) : [];
}

/**
 * Refuses what cannot be asked for at once.
 *
 * @param asked the names of what was given; false for what was not
 * @throws {LnPlayError} USAGE
 */
export function refuseTogether(asked: readonly (string | false)[]): void {
  const given = asked.filter((name) => name !== false);
  if (given.length < 2) return;
  throw new LnPlayError('USAGE', `${given.join(' and ')} contradict each other`, { hint: 'choose one of them' });
}
