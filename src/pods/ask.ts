import { LnPlayError } from '../core/errors.js';
import { run, type RunOptions } from '../process/run.js';

/** What a program says when something is wrong that a person can mend, and what to do about it. */
export interface KnownFailure {
  readonly says: RegExp;
  readonly code: 'STATE' | 'CONNECTION' | 'INVALID' | 'DAEMON';
  readonly what: string;
  readonly hint: string;
}

/**
 * Runs a command line program of a cluster to its end.
 *
 * @returns its standard output
 * @throws {LnPlayError} MISSING_BINARY, with where to get it; what the failure is known for; DAEMON with its last lines
 */
export async function ask(
  program: string,
  args: readonly string[],
  failures: readonly KnownFailure[],
  options: RunOptions & { readonly input?: string } = {},
): Promise<string> {
  try {
    return (await run(program, args, options)).stdout;
  } catch (error) {
    if (!(error instanceof LnPlayError)) throw error;
    if (error.code === 'MISSING_BINARY')
      throw new LnPlayError('MISSING_BINARY', `There is no ${program} on PATH`, {
        hint: `install ${program}, then try again`,
        cause: error,
      });
    const said = [error.message, ...error.details].join('\n');
    const known = failures.find(({ says }) => says.test(said));
    if (!known) throw error;
    throw new LnPlayError(known.code, known.what, { details: error.details.slice(-1), hint: known.hint, cause: error });
  }
}
