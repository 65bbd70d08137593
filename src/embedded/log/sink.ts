import { closeSync, openSync, fstatSync, writeSync } from 'node:fs';
import { messageOf } from '../../core/errors.js';
import type { LogLevel } from '../context.js';
import { isAtLeast, parseLevel } from './level.js';
import type { LogEntry } from './entry.js';

export interface SinkOptions {
  /** `--log-level` as given: `debug`, `debug:plugin-`, `io:chan#1:/path/of/a/log-file`. */
  readonly levels: readonly string[];
  /** `--log-file` as given; `-` is standard output; none: standard output, unless `quiet`. */
  readonly files: readonly string[];
  readonly prefix: string;
  readonly timestamps: boolean;
  /** Nothing to standard output: the daemon runs in the background. */
  readonly quiet: boolean;
}

interface Filter {
  readonly part: string;
  readonly level: LogLevel;
}

interface Target {
  readonly name: string;
  fd: number;
  readonly filters: Filter[];
}

const LABEL: Record<LogLevel, string> = {
  io: '',
  trace: 'TRACE   ',
  debug: 'DEBUG   ',
  info: 'INFO    ',
  unusual: 'UNUSUAL ',
  broken: '**BROKEN** ',
};

const STDOUT = 1;

/** A `--log-level` or `--log-file` that cannot be taken; `message` is lightningd's text. */
export class LogOptionError extends Error {
  readonly option: string;
  constructor(option: string, message: string) {
    super(message);
    this.name = 'LogOptionError';
    this.option = option;
  }
}

/** Where the log is printed, and which lines of it: `--log-level`, `--log-file`, `--log-prefix`, `--log-timestamps`. */
export class LogSink {
  readonly #options: SinkOptions;
  #default: LogLevel = 'info';
  readonly #filters: Filter[] = [];
  readonly #targets: Target[] = [];

  constructor(options: SinkOptions) {
    this.#options = options;
  }

  /**
   * Opens the files and prints what came earlier.
   *
   * @param opened told the name of each file
   * @throws {LogOptionError} for a level or a file that cannot be taken
   */
  open(opened: (file: string) => void, early: readonly LogEntry[]): void {
    const { files, levels, quiet } = this.#options;
    for (const name of files) this.#targets.push({ name, fd: this.#openFile(name), filters: [] });
    if (files.length === 0 && !quiet) this.#targets.push({ name: '-', fd: STDOUT, filters: [] });
    for (const level of levels) this.#addLevel(level);
    for (const target of this.#targets) {
      // as Bitcoin Core: a gap where one run ends and the next begins
      if (target.fd !== STDOUT && fstatSync(target.fd).size > 0) write(target.fd, '\n\n\n\n');
    }
    for (const entry of early) this.print(entry);
    for (const name of files) opened(name);
  }

  print(entry: LogEntry): void {
    let rendered: string | undefined;
    const general = this.#filters.find(matches(entry));
    if (general && !isAtLeast(entry.level, general.level)) return;
    for (const target of this.#targets) {
      const least = target.filters.find(matches(entry))?.level ?? (general ? entry.level : this.#default);
      if (isAtLeast(entry.level, least)) write(target.fd, (rendered ??= this.#render(entry)));
    }
  }

  /** Opens the files anew, after they were moved away. */
  reopen(): void {
    for (const target of this.#targets) {
      if (target.fd === STDOUT) continue;
      closeSync(target.fd);
      target.fd = this.#openFile(target.name);
    }
  }

  #openFile(name: string): number {
    if (name === '-') return STDOUT;
    try {
      return openSync(name, 'a', 0o644);
    } catch (error) {
      throw new LogOptionError(`log-file=${name}`, `Failed to open: ${messageOf(error)}`);
    }
  }

  #addLevel(option: string): void {
    const [name = '', part, ...rest] = option.split(':');
    const file = rest.join(':');
    const level = parseLevel(name);
    if (!level) throw new LogOptionError(`log-level=${option}`, `unknown log level ${name}`);
    if (part === undefined) {
      this.#default = level;
      return;
    }
    const target = file === '' ? undefined : this.#targets.find((candidate) => candidate.name === file);
    if (file !== '' && !target) throw new LogOptionError(`log-level=${option}`, `unknown log file ${file}`);
    (target?.filters ?? this.#filters).push({ part, level });
  }

  #render({ level, timeMs, prefix, nodeId, text }: LogEntry): string {
    const time = this.#options.timestamps ? `${new Date(timeMs).toISOString()} ` : '';
    const source = nodeId === undefined ? prefix : `${nodeId}-${prefix}`;
    return `${this.#options.prefix}${time}${LABEL[level]}${source}: ${text}\n`;
  }
}

const matches =
  ({ prefix, nodeId = '' }: LogEntry) =>
  ({ part }: Filter): boolean =>
    prefix.includes(part) || nodeId.includes(part);

function write(fd: number, text: string): void {
  try {
    writeSync(fd, text);
  } catch {
    // a full disk or a closed pipe must not take the daemon with it; `getlog` still has the line
  }
}
