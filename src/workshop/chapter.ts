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
  readonly show?: readonly RegExp[] | undefined;
  /** What happened, in a sentence or two. */
  readonly after: string;
  /** It comes to what is expected a moment later, and is typed again until then. */
  readonly eventually?: true;
  /** The file or folder that it makes, in the workshop's folder: where that is there already, the step has been done. */
  readonly makes?: string;
  /** What only some machines have: a command that says whether this one has it, and what is said where it has not. */
  readonly needs?: { readonly test: string; readonly without: string };
  /** What the person is asked for: it is in this variable of the shell when the step is typed. */
  readonly asks?: {
    readonly variable: string;
    readonly question: string;
    readonly accept: RegExp;
    readonly standard: string;
  };
}

export interface Chapter {
  readonly title: string;
  /** What it is about, in a sentence or two. */
  readonly about: string;
  readonly steps: readonly WorkshopStep[];
  /** What brings back, after all was stopped, what later chapters stand on: plugins that were started, say. */
  readonly again?: string;
}

/** What stands for lines that a step does not show. */
export const LEFT_OUT = '…';

/** The lines of an output that a step shows: those that match, or the first ones; `LEFT_OUT` in place of others. */
export function linesThatMatter(output: string, { show }: Pick<WorkshopStep, 'show'>, most = 24): string[] {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const shown: string[] = [];
  let count = 0;
  for (const line of lines)
    if ((!show || show.some((pattern) => pattern.test(line))) && count++ < most) shown.push(line);
    else if (shown.at(-1) !== LEFT_OUT) shown.push(LEFT_OUT);
  return shown;
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
