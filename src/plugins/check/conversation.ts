import { CLN_VERSION } from '../../cln/version.js';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../core/errors.js';
import { PipedChild } from '../../process/child.js';
import { describeExit, type Exit } from '../../process/held-process.js';
import { JsonFramer } from '../../rpc/framing.js';
import { encodeMessage, isObject, type JsonObject, type RpcErrorBody, type RpcParams } from '../../rpc/json-rpc.js';
import { LineSplitter } from '../../core/lines.js';
import { Correlator, type SeenMessage } from '../messages.js';
import { quote } from '../text.js';
import { textOf } from '../../cln/json.js';
import { failed, warning, type Finding } from './report.js';

/** The version of Core Lightning whose rules we keep; plugins see it in LIGHTNINGD_VERSION. */

/** More than a plugin has to say while it starts; beyond it, it prints without end. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_STDERR_LINES = 1_000;

/** How long the output of a process may stay open after its end before we say that something else holds it, in ms. */
const CLOSE_GRACE_MS = 500;

/** How long the right answer may still take once one with a wrong id has come, in ms. */
const AFTER_STRAY_MS = 2_000;

const LOG_LEVELS = ['trace', 'debug', 'info', 'unusual', 'warn', 'broken', 'error'];

/** What came of a request to a plugin. */
export type Reply =
  | { readonly kind: 'result'; readonly result: unknown; readonly ms: number }
  | { readonly kind: 'error'; readonly error: RpcErrorBody; readonly ms: number }
  /** It can answer no more: it broke the protocol, or ended. The finding says how. */
  | { readonly kind: 'broken'; readonly finding: Finding }
  | { readonly kind: 'silent'; readonly ms: number; readonly hint: string };

export interface ConversationOptions {
  /** The plugin's working folder: for lightningd `<lightning-dir>/regtest`. */
  readonly cwd: string;
  /** Told of each message both ways. */
  readonly onMessage?: ((message: SeenMessage) => void) | undefined;
  readonly onStderr?: ((line: string) => void) | undefined;
}

/** One run of a plugin with us in lightningd's place, judging what it says as lightningd would. */
export class Conversation {
  /** Every message both ways. */
  readonly messages: SeenMessage[] = [];
  /** What it said that lightningd puts up with. */
  readonly warnings: Finding[] = [];
  readonly stderr: string[] = [];
  /** The topics that it may notify of, once its manifest is known. */
  announced: readonly string[] = [];
  readonly #child: PipedChild;
  readonly #options: ConversationOptions;
  readonly #correlator = new Correlator();
  readonly #framer = new JsonFramer();
  readonly #pending = new Map<string, (message: JsonObject) => void>();
  readonly #asked = new Set<string>();
  readonly #broken: Promise<Finding>;
  #breakWith!: (finding: Finding) => void;
  /** Resolves with the first answer whose id nobody waits for. */
  readonly #stray: Promise<void>;
  #hasStray!: () => void;
  #bytes = 0;
  #nextId = 1;

  private constructor(child: PipedChild, options: ConversationOptions) {
    this.#child = child;
    this.#options = options;
    this.#broken = new Promise((resolve) => (this.#breakWith = resolve));
    this.#stray = new Promise((resolve) => (this.#hasStray = resolve));
    const lines = new LineSplitter((line) => this.#hearStderr(line));
    child.onStdout((chunk) => this.#hear(chunk));
    child.onStderr((chunk) => lines.push(chunk));
    void this.#watchEnd(lines);
  }

  /**
   * Starts a plugin as lightningd does: in its network folder, told by its environment whose plugin it is.
   *
   * @param file absolute
   * @throws {LnPlayError} PLUGIN when the system cannot start it
   */
  static async start(file: string, options: ConversationOptions): Promise<Conversation> {
    const env = { ...process.env, LIGHTNINGD_PLUGIN: '1', LIGHTNINGD_VERSION: CLN_VERSION };
    const child = await PipedChild.start({ command: file, args: [] }, { cwd: options.cwd, env });
    return new Conversation(child, options);
  }

  /** Resolves when it has broken the protocol or ended, saying how. */
  get broken(): Promise<Finding> {
    return this.#broken;
  }

  /** Sends a request and waits for what comes of it. */
  async request(method: string, params: RpcParams, timeoutMs: number): Promise<Reply> {
    const id = `cln:${method}#${this.#nextId++}`;
    const started = performance.now();
    const answer = new Promise<JsonObject>((resolve) => this.#pending.set(JSON.stringify(id), resolve));
    this.#asked.add(JSON.stringify(id));
    this.#send({ jsonrpc: '2.0', id, method, params });
    const ended = new AbortController();
    const expire = (ms: number): Promise<undefined> =>
      delay(ms, undefined, { signal: ended.signal }).catch(() => undefined);
    const stray = this.#stray.then(() => expire(AFTER_STRAY_MS));
    const outcome = await Promise.race([answer, this.#broken, expire(timeoutMs), stray]);
    ended.abort();
    this.#pending.delete(JSON.stringify(id));
    const ms = performance.now() - started;
    if (outcome === undefined) return { kind: 'silent', ms, hint: this.#whySilent(method) };
    if ('subject' in outcome) return { kind: 'broken', finding: outcome as Finding };
    return isObject(outcome['error'])
      ? { kind: 'error', error: outcome['error'] as unknown as RpcErrorBody, ms }
      : { kind: 'result', result: outcome['result'], ms };
  }

  notify(method: string, params: RpcParams): void {
    this.#send({ jsonrpc: '2.0', method, params });
  }

  /**
   * Ends it, and says how it went: by `shutdown` where it subscribed to that, then by closing its standard input, then
   * by SIGTERM; each may take `timeoutMs`. Whatever is left is killed.
   */
  async end(timeoutMs: number, how: readonly EndStep[] = ['stdin', 'SIGTERM']): Promise<EndedBy> {
    try {
      for (const step of how) {
        const started = performance.now();
        if (step === 'shutdown') this.notify('shutdown', {});
        else if (step === 'stdin') this.#child.closeStdin();
        else this.#child.signal(step);
        const exit = await Promise.race([this.#child.exited, delay(timeoutMs, undefined)]);
        if (exit) return { step, exit, ms: performance.now() - started };
      }
      return { step: 'SIGKILL', exit: { signal: 'SIGKILL' }, ms: timeoutMs };
    } finally {
      this.kill();
    }
  }

  /** Kills it, and whatever it started. */
  kill(): void {
    this.#child.sweep();
  }

  async #watchEnd(stderr: LineSplitter): Promise<void> {
    const exit = await this.#child.exited;
    const closed = await Promise.race([this.#child.closed.then(() => true), delay(CLOSE_GRACE_MS, false)]);
    stderr.end();
    this.#breakWith(closed ? this.#ended(exit) : this.#forked(exit));
  }

  #send(message: JsonObject): void {
    const text = encodeMessage(message);
    this.#note(this.#correlator.see(text, 'node', 'plugin'));
    this.#child.write(text);
  }

  #note(message: SeenMessage): void {
    this.messages.push(message);
    this.#options.onMessage?.(message);
  }

  #hearStderr(line: string): void {
    if (this.stderr.length < MAX_STDERR_LINES) this.stderr.push(line);
    this.#options.onStderr?.(line);
  }

  #hear(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_BYTES) return this.#flooded(chunk);
    try {
      for (const text of this.#framer.push(chunk)) this.#receive(text);
    } catch (error) {
      const said = 'text' in (error as object) ? (error as { text: string }).text : messageOf(error);
      this.#fail(
        `it prints to its standard output what is not JSON-RPC: ${quote(said)}`,
        'lightningd kills it for that: print to standard error instead, or send a "log" notification',
      );
    }
  }

  #receive(text: string): void {
    const seen = this.#correlator.see(text, 'plugin', 'node');
    this.#note(seen);
    const { message } = seen;
    if (!isObject(message)) return this.#fail(`it sends what is not a JSON-RPC message: ${quote(text)}`);
    if (!('jsonrpc' in message))
      return this.#fail(`it sends a message without "jsonrpc": "2.0": ${quote(text)}`, 'lightningd kills it for that');
    if ('id' in message) this.#receiveAnswer(message, text);
    else this.#receiveNotification(message, text);
  }

  #receiveAnswer(message: JsonObject, text: string): void {
    const id = JSON.stringify(message['id']);
    const resolve = this.#pending.get(id);
    if (!resolve) {
      const what = this.#asked.has(id)
        ? `it answers ${id} a second time`
        : `it answers an id that it was not asked with: ${id}`;
      this.#warn(`${what}: ${quote(text)}`, 'lightningd ignores that answer');
      this.#hasStray();
    } else if (!('result' in message) && !isObject(message['error'])) {
      this.#fail(`its answer has neither a "result" nor an "error" object: ${quote(text)}`);
    } else {
      this.#pending.delete(id);
      resolve(message);
    }
  }

  #receiveNotification(message: JsonObject, text: string): void {
    const { method, params } = message;
    if (typeof method !== 'string' || params === undefined)
      return this.#fail(
        `it sends a notification without "method" or "params": ${quote(text)}`,
        'lightningd kills it for that',
      );
    if (method === 'log') this.#judgeLog(params, text);
    else if (method === 'message' || method === 'progress') {
      if (!isObject(params) || params['id'] === undefined)
        this.#fail(`it sends ${method} without the "id" of the request that it is about: ${quote(text)}`);
    } else if (!this.announced.includes(method))
      this.#warn(
        `it notifies of ${quote(method)}, which its manifest does not announce`,
        `add {"method": ${quote(method)}} to "notifications" in its manifest: lightningd does not pass it on otherwise`,
      );
  }

  #judgeLog(params: unknown, text: string): void {
    const { message, level } = isObject(params) ? params : {};
    if (typeof message !== 'string')
      this.#fail(`it logs without a string "message": ${quote(text)}`, 'lightningd kills it for that');
    else if (level !== undefined && !LOG_LEVELS.includes(textOf(level)))
      this.#fail(`it logs at the unknown level ${quote(level)}`, 'write trace, debug, info, warn or error');
  }

  #whySilent(method: string): string {
    if (this.#framer.partial) return `it sent half a message: ${quote(this.#framer.pending)}`;
    const other = this.messages.findLast(
      ({ from, kind }) => from === 'plugin' && (kind === 'result' || kind === 'error'),
    );
    if (other && typeof other.id === 'number')
      return `it answered the id ${other.id}, a number: it must answer the id as it was asked, a string`;
    return `read requests from standard input, answer ${method} on standard output and flush it`;
  }

  #flooded(chunk: Buffer): void {
    this.#fail(
      `it prints without end: more than ${MAX_BYTES / 1024 / 1024} MiB so far, the last of it ${quote(chunk.toString('utf8', 0, 80))}`,
    );
  }

  #fail(text: string, hint?: string): void {
    this.#breakWith(failed('output', text, hint, this.stderr.slice(-10)));
    this.kill();
  }

  #warn(text: string, hint: string): void {
    if (!this.warnings.some((warning) => warning.text === text)) this.warnings.push(warning('output', text, hint));
  }

  #ended(exit: Exit): Finding {
    const how = this.#framer.partial ? `, in the middle of a message: ${quote(this.#framer.pending)}` : '';
    const why = this.stderr.length > 0 ? undefined : 'it wrote nothing to its standard error';
    return failed('exit', `it ${describeExit(exit)}${how}`, why, this.stderr.slice(-20));
  }

  #forked(exit: Exit): Finding {
    return failed(
      'exit',
      `it ${describeExit(exit)} and left behind a process that holds its standard output`,
      'a plugin must not fork into the background: lightningd could not stop it',
    );
  }
}

export type EndStep = 'shutdown' | 'stdin' | 'SIGTERM';

/** What made a plugin end, how it ended, and how long after that, in ms. */
export interface EndedBy {
  readonly step: EndStep | 'SIGKILL';
  readonly exit: Exit;
  readonly ms: number;
}
