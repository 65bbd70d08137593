import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Readable } from 'node:stream';
import { messageOf, systemCode } from '../../core/errors.js';
import { LineSplitter } from '../../core/lines.js';
import { JsonFramer, NotJsonError } from '../../rpc/framing.js';
import { isObject, type JsonObject } from '../../rpc/json-rpc.js';
import type { Log } from '../context.js';
import { shallowMemberTexts } from '../rpc/json-text.js';

/** A message of a plugin: parsed, and its members as they came, to be passed on unchanged. */
export interface PluginMessage {
  readonly value: JsonObject;
  readonly texts: ReadonlyMap<string, string>;
}

/** Told of what the process does. One of `failed`, `broke` and `exited` comes, once, and nothing after it. */
export interface ProcessListener {
  /** It could not be started: `why` in lightningd's words. */
  readonly failed: (why: string) => void;
  readonly message: (message: PluginMessage) => void;
  /** What it printed is no JSON-RPC: `why` in lightningd's words. */
  readonly broke: (why: string) => void;
  /** It is gone, or closed its standard output: `how` says with which exit code or signal. */
  readonly exited: (how: string) => void;
}

const QUOTED = 1024;
/** What a plugin may leave unread, or print without end, before it counts as hung. */
const LONGEST_BACKLOG = 128 * 1024 * 1024;
/** Between a process's end and that of its output, which something that it started may hold. */
const OUTPUT_GRACE_MS = 200;

const REASON: Record<string, string> = {
  ENOENT: 'No such file or directory (the file, or the interpreter that its first line names)',
  EACCES: 'Permission denied',
};

/** A plugin's process: JSON-RPC over standard input and output, its standard error line by line into the log. */
export class PluginProcess {
  readonly pid: number | undefined;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #framer = new JsonFramer();
  #unfinished = 0;
  #over = false;

  constructor(file: string, args: readonly string[], env: NodeJS.ProcessEnv, log: Log, listener: ProcessListener) {
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
    this.pid = this.#child.pid;
    const once = (tell: (text: string) => void, text: string): void => {
      if (this.#over) return;
      this.#over = true;
      tell(text);
    };
    const { stdin, stdout, stderr } = this.#child;
    this.#child.once('error', (error) => once(listener.failed, `opening pipe: ${explain(error)}`));
    this.#child.once('exit', (code, signal) => {
      const tell = (): void => once(listener.exited, signal ? ` (${signal})` : ` (exit code ${code})`);
      if (stdout.closed) return tell();
      stdout.once('close', tell);
      setTimeout(tell, OUTPUT_GRACE_MS);
    });
    stdout.once('end', () =>
      setTimeout(() => once(listener.exited, ' (it closed its standard output)'), OUTPUT_GRACE_MS),
    );
    readInTurns(stdout, (chunk) => {
      if (this.#over) return;
      const why = this.#read(chunk, listener);
      if (why !== undefined) once(listener.broke, why);
    });
    stdin.on('error', () => {}); // it is dying: its exit follows
    const lines = new LineSplitter((line) => log.info(line));
    readInTurns(stderr, (chunk) => lines.push(chunk));
    stderr.once('end', () => lines.end());
  }

  /** Sends a message; returns false if the process reads nothing any more. */
  send(text: string): boolean {
    const { stdin } = this.#child;
    if (stdin.writable) stdin.write(`${text}\n\n`);
    return stdin.writableLength <= LONGEST_BACKLOG;
  }

  /** Ends it at once. The listener hears nothing more. */
  kill(): void {
    this.#over = true;
    this.#child.kill('SIGKILL');
    this.#child.stdin.destroy();
    this.#child.stdout.destroy();
  }

  /** Reads what came; returns what is wrong with it. */
  #read(chunk: Buffer, listener: ProcessListener): string | undefined {
    try {
      for (const text of this.#framer.push(chunk)) {
        this.#unfinished = 0;
        const message = parse(text);
        if (typeof message === 'string') return message;
        listener.message(message);
        if (this.#over) return undefined;
      }
    } catch (error) {
      if (!(error instanceof NotJsonError)) throw error;
      return `Failed to parse RPC JSON response '${error.text.slice(0, QUOTED)}'`;
    }
    this.#unfinished = this.#framer.partial ? this.#unfinished + chunk.length : 0;
    return this.#unfinished > LONGEST_BACKLOG ? `its message is longer than ${LONGEST_BACKLOG} bytes` : undefined;
  }
}

/** Takes a piece at a time, and lets all else have its turn between two: a plugin's flood must not silence the RPC. */
function readInTurns(stream: Readable, take: (chunk: Buffer) => void): void {
  stream.on('data', (chunk: Buffer) => {
    stream.pause();
    take(chunk);
    setImmediate(() => stream.resume());
  });
}

function parse(text: string): PluginMessage | string {
  try {
    const value: unknown = JSON.parse(text);
    const texts = isObject(value) ? shallowMemberTexts(text) : undefined;
    if (isObject(value) && texts?.has('jsonrpc')) return { value, texts };
  } catch {
    return `Failed to parse RPC JSON response '${text.slice(0, QUOTED)}'`;
  }
  return `JSON-RPC message does not contain "jsonrpc" field: '${text.slice(0, QUOTED)}'`;
}

const explain = (error: Error): string => REASON[systemCode(error) ?? ''] ?? messageOf(error);
