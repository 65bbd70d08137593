/**
 * Every expected failure of ln-play. `message` says what happened, naming the thing and its value; `hint` says what to
 * do next. The library throws these and never exits or prints; the command line turns them into exit codes.
 */
export class LnPlayError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /** Lines worth showing below the message: the last lines of a log, what a wait last saw. */
  readonly details: readonly string[];

  constructor(code: ErrorCode, message: string, options: ErrorOptionsFor = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LnPlayError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? [];
  }
}

interface ErrorOptionsFor {
  readonly hint?: string | undefined;
  readonly details?: readonly string[];
  readonly cause?: unknown;
}

/** The kinds of expected failure, with the exit code that the command line gives each. */
export const EXIT_CODE_OF = {
  /** Wrong usage: an unknown command, node, option or a value that cannot be read. */
  USAGE: 2,
  /** A value that reads well but cannot be used: too much, already paid, another network. */
  INVALID: 1,
  /** A program that is needed is not on this machine. */
  MISSING_BINARY: 1,
  /** The playground is not there, not running, or in another state than the command needs. */
  STATE: 1,
  /** A daemon could not be started, or died. */
  DAEMON: 1,
  /** Another command holds the playground. */
  LOCKED: 1,
  /** What was awaited did not come in time. */
  TIMEOUT: 1,
  /** A daemon answered an RPC with an error. */
  RPC: 1,
  /** The RPC socket cannot be reached, or broke. */
  CONNECTION: 1,
  /** The file system refused: read-only, full, a path too long for a socket. */
  FILESYSTEM: 1,
  /** A download failed. */
  DOWNLOAD: 1,
  /** A plugin failed its check. */
  PLUGIN: 1,
  /** Stopped by a signal, before it was done. */
  ABORTED: 130,
} as const;

export type ErrorCode = keyof typeof EXIT_CODE_OF;

/** A value as an error names it: what was given where, `--for "5q"`, or the value alone. */
export const named = (text: string, what: string | undefined): string =>
  what === undefined ? JSON.stringify(text) : `${what} ${JSON.stringify(text)}`;

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node system error (`ENOENT`, `EACCES`, …), or undefined. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Throws an `ABORTED` error once `signal` has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}

/** What to throw when `signal` has fired: its reason where that is one of ours. */
export function abortedError(signal: AbortSignal): LnPlayError {
  return signal.reason instanceof LnPlayError
    ? signal.reason
    : new LnPlayError('ABORTED', 'Stopped before it was done');
}
