import { LnPlayError } from '../core/errors.js';

/** A place in what was read: keys and indices from its top. */
export type Path = readonly (string | number)[];

/** Where something was read from, and where in it a path is. */
export interface Origin {
  /** As a person calls it: its path, or `network` for a literal. */
  readonly name: string;
  /** Files that it names are relative to this folder. */
  readonly folder: string;
  /** Where a key is, or what it has. */
  readonly place: (path: Path, on: 'key' | 'value') => Place;
}

export interface Place {
  /** `net.yaml:3:5` or `network.channels[1].capacity` */
  readonly text: string;
  /** Of two places of one file, the first has the smaller number. */
  readonly order: number;
}

/** Something that is wrong in a network file. */
export interface Problem {
  readonly origin: Origin;
  readonly path: Path;
  readonly on: 'key' | 'value';
  /** What is wrong, naming the thing. */
  readonly message: string;
  /** The way out. */
  readonly hint?: string | undefined;
}

/** Where problems are put. */
export type Report = (problem: Problem) => void;

const MOST_TOLD = 20;

/** One error of all problems, each with its place and its way out; there must be one. */
export function problemsError(problems: readonly Problem[]): LnPlayError {
  const files = [...new Set(problems.map(({ origin }) => origin.name))];
  const lines = problems
    .map(({ origin, path, on, message, hint }) => {
      const { text, order } = origin.place(path, on);
      return { text: `${text}: ${message}`, hint, file: files.indexOf(origin.name), order };
    })
    .sort((one, other) => one.file - other.file || one.order - other.order);
  if (lines.length === 1) return new LnPlayError('USAGE', lines[0]!.text, { hint: lines[0]!.hint });
  const told = lines.slice(0, MOST_TOLD).map(({ text, hint }) => (hint === undefined ? text : `${text} (${hint})`));
  const more = lines.length - told.length;
  return new LnPlayError('USAGE', `${files.join(', ')}: ${lines.length} mistakes`, {
    details: more > 0 ? [...told, `… and ${more} more`] : told,
    hint: 'mend them and try again; nothing was started',
  });
}

/** Reports what a check of ours throws. */
export function reportThrown(report: Report, at: Omit<Problem, 'message' | 'hint'>, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof LnPlayError)) throw error;
    report({ ...at, message: error.message, hint: error.hint });
  }
}

/** `channels[1].capacity` */
export const pathText = (path: Path): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
