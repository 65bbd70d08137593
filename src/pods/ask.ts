import { LnPlayError } from '../core/errors.js';
import { run } from '../process/run.js';

/** What a program says when something is wrong that a person can mend, and what to do about it. */
export interface KnownFailure {
  readonly says: RegExp;
  readonly code: 'STATE' | 'CONNECTION' | 'INVALID' | 'DAEMON';
  readonly what: string;
  readonly hint: string;
}

/** A failure that is known, as such: some are no failure to whoever asked. */
export class KnownError extends LnPlayError {
  readonly failure: KnownFailure;
  constructor(failure: KnownFailure, cause: LnPlayError) {
    const { code, what, hint, says } = failure;
    const line = cause.details.findLast((each) => says.test(each)) ?? cause.details.at(-1);
    super(code, what, { details: line === undefined ? [] : [line], hint, cause });
    this.failure = failure;
  }
}

export interface AskOptions {
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
  /** How long it may take, in ms. */
  readonly limitMs: number;
}

/**
 * Runs a command line program of a cluster to its end.
 *
 * @returns its standard output
 * @throws {LnPlayError} MISSING_BINARY, with where to get it; what the failure is known for; TIMEOUT, naming the limit;
 *   DAEMON with its last lines
 */
export async function ask(
  program: string,
  args: readonly string[],
  failures: readonly KnownFailure[],
  { limitMs, ...options }: AskOptions,
): Promise<string> {
  try {
    return (await run(program, args, { ...options, timeoutMs: limitMs })).stdout;
  } catch (error) {
    if (!(error instanceof LnPlayError)) throw error;
    if (error.code === 'MISSING_BINARY')
      throw new LnPlayError('MISSING_BINARY', `There is no ${program} on PATH`, {
        hint: `install ${program}, then try again`,
        cause: error,
      });
    if (error.code === 'TIMEOUT')
      throw new LnPlayError('TIMEOUT', `${program} did not answer within ${limitMs / 1_000} s`, {
        details: [[program, ...args].join(' ')],
        hint: `see whether that works by itself: the cluster hangs, or what ${program} logs in with`,
        cause: error,
      });
    throw known(error, failures);
  }
}

/** What a program that ended by itself has said is the matter. */
export const failureOf = (program: string, said: string, failures: readonly KnownFailure[]): LnPlayError =>
  known(new LnPlayError('DAEMON', `${program} has ended`, { details: said.split('\n').filter(Boolean) }), failures);

function known(error: LnPlayError, failures: readonly KnownFailure[]): LnPlayError {
  const said = [error.message, ...error.details].join('\n');
  const failure = failures.find(({ says }) => says.test(said));
  return failure ? new KnownError(failure, error) : error;
}
