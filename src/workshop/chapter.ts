/** One thing that a person types, what it must come to, and what to learn from it. */
export interface WorkshopStep {
  /** As one would type it, in the shell of the playground: l1, l2, bt and ln-play are there. */
  readonly type: string;
  /** Said before it is typed. */
  readonly before?: string;
  /** What it printed must match all of these: else the step's outcome is not what it says. */
  readonly expect: readonly RegExp[];
  /** The exit code it must end with; 0 by default. */
  readonly exitCode?: number;
  /** The lines that matter; all of them by default. */
  readonly show?: readonly RegExp[];
  /** What happened, in a sentence or two. */
  readonly after: string;
}

export interface Chapter {
  readonly title: string;
  /** What it is about, in a sentence or two. */
  readonly about: string;
  readonly steps: readonly WorkshopStep[];
}

/** The lines of an output that a step shows: those that match, or the first ones. */
export function linesThatMatter(output: string, { show }: WorkshopStep, most = 24): string[] {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const wanted = show ? lines.filter((line) => show.some((pattern) => pattern.test(line))) : lines;
  return wanted.length > most ? [...wanted.slice(0, most), `… ${wanted.length - most} more lines`] : wanted;
}

/** What was expected of a step and did not come; empty when all of it did. */
export function unmet(
  { expect, exitCode = 0 }: WorkshopStep,
  outcome: { readonly output: string; readonly exitCode: number },
): string[] {
  const missing = expect
    .filter((pattern) => !pattern.test(outcome.output))
    .map((pattern) => `its output matches ${pattern}`);
  return outcome.exitCode === exitCode ? missing : [`it exits with ${exitCode}, not ${outcome.exitCode}`, ...missing];
}
