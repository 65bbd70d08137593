import { LnPlayError, throwIfAborted } from '../core/errors.js';

export interface RunOptions {
  readonly cwd?: string;
  /** Added to our own environment. */
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** End it after this long, in ms. */
  readonly timeoutMs?: number;
  /** Each line of its standard output, as it comes. */
  readonly onLine?: (line: string) => void;
  /** What stands in its standard input; nothing by default. */
  readonly input?: string;
}

interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
}

const SHOWN_LINES = 10;

/**
 * Runs a short-lived program to its end; it ends with us.
 *
 * @throws {LnPlayError} MISSING_BINARY when it cannot be started; DAEMON when it fails, with its exit code and the last
 *   lines of its standard error; TIMEOUT; ABORTED
 */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { onLine, cwd, env, signal, timeoutMs, input } = options;
  const { execa } = await import('execa'); // 80 ms: only where a program is run
  const child = execa(file, args, {
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    reject: false,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  if (onLine) for await (const line of child.iterable({ preserveNewlines: false })) onLine(line);
  const result = await child;
  if (!result.failed) return { stdout: result.stdout, stderr: result.stderr };

  throwIfAborted(signal); // a Ctrl-C reaches the program too, and may end it before us
  const name = [file, ...args].join(' ');
  if (result.timedOut) throw new LnPlayError('TIMEOUT', `${file} did not end within ${timeoutMs} ms: ${name}`);
  if (result.exitCode === undefined && result.signal === undefined)
    throw new LnPlayError('MISSING_BINARY', `Cannot start ${file}: ${result.originalMessage ?? 'unknown reason'}`, {
      cause: result.cause,
    });
  const how = result.signal ? `was killed by ${result.signal}` : `failed with exit code ${result.exitCode}`;
  const lines = (result.stderr || result.stdout).split('\n').filter(Boolean);
  throw new LnPlayError('DAEMON', `${file} ${how}`, { details: [name, ...lines.slice(-SHOWN_LINES)] });
}
