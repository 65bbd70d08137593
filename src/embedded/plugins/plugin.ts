import { basename } from 'node:path';
import type { JsonObject, RpcId } from '../../rpc/json-rpc.js';
import { isObject } from '../../rpc/json-rpc.js';
import type { Log, LogLevel } from '../context.js';
import { parseLevel } from '../log/level.js';
import { toJson } from '../rpc/json-text.js';
import { readManifest, ManifestError, type Manifest } from './manifest.js';
import { PluginProcess, type PluginMessage } from './process.js';

/** How long a plugin may take to answer `getmanifest`, and `init`. */
export const STARTUP_TIMEOUT_MS = 60_000;

/** Where a plugin stands, in lightningd's words for the log. */
const STATES = {
  unconfigured: 'unconfigured',
  awaitingManifest: 'before replying to getmanifest',
  needsInit: 'before we sent init',
  awaitingInit: 'before replying to init',
  running: 'during normal operation',
  dead: 'after its end',
} as const;

export type PluginState = keyof typeof STATES;

/** Why a plugin ended: it could not be started, did not answer in time, or anything else. */
export type EndKind = 'spawn' | 'timeout' | 'other';

/** Rejects what was asked of a plugin that is gone. */
export class PluginGoneError extends Error {
  readonly kind: EndKind;
  constructor(why: string, kind: EndKind) {
    super(why);
    this.name = 'PluginGoneError';
    this.kind = kind;
  }
}

/** What a plugin reports to its host. */
export interface PluginEvents {
  /** A notification of a topic of its own. */
  readonly notified: (plugin: Plugin, topic: string, paramsText: string) => void;
  /** It is gone, for this reason; once. */
  readonly ended: (plugin: Plugin, why: string) => void;
}

interface Pending {
  readonly resolve: (reply: PluginMessage) => void;
  readonly reject: (error: PluginGoneError) => void;
  readonly notified: ((method: string, params: JsonObject) => void) | undefined;
}

let nextId = 0;

/** One plugin: its process, what it is asked, and what it tells (lightningd/plugin.c). */
export class Plugin {
  readonly path: string;
  /** The file's name, by which the log and notifications call it. */
  readonly name: string;
  /** A hash of the file when it was started, by which `plugin start` sees that it has changed. */
  readonly content: string;
  readonly log: Log;
  important: boolean;
  state: PluginState = 'unconfigured';
  manifest: Manifest | undefined;
  /** Resolves when it is configured, or gone. */
  readonly ready: Promise<void>;
  #setReady: () => void = () => {};
  readonly #events: PluginEvents;
  readonly #pending = new Map<string, Pending>();
  #process: PluginProcess | undefined;
  #gone: PluginGoneError | undefined;

  constructor(path: string, content: string, important: boolean, log: Log, events: PluginEvents) {
    this.path = path;
    this.content = content;
    this.name = basename(path);
    this.log = log.child(`plugin-${this.name}`);
    this.important = important;
    this.#events = events;
    this.ready = new Promise((resolve) => (this.#setReady = resolve));
  }

  get isDead(): boolean {
    return this.#gone !== undefined;
  }

  /**
   * Starts the process and asks for its manifest.
   *
   * @returns the manifest, which the host has yet to accept
   * @throws {PluginGoneError} when it is gone, for whatever reason
   */
  async start(developer: boolean, env: NodeJS.ProcessEnv, deprecatedOk: boolean, manager: Log): Promise<Manifest> {
    const args = developer ? ['--developer'] : [];
    this.#process = new PluginProcess(this.path, args, env, this.log, {
      message: (message) => this.#receive(message),
      failed: (why) => this.kill('unusual', why, 'spawn'),
      broke: (why) => this.kill('unusual', why),
      exited: (how) => this.kill('info', `exited ${STATES[this.state]}${how}`),
    });
    manager.debug(`started(${this.#process.pid ?? 'nothing'}) ${this.path}`);
    this.state = 'awaitingManifest';
    const reply = await this.#withinTime(this.request('getmanifest', { 'allow-deprecated-apis': deprecatedOk }));
    try {
      const manifest = readManifest(reply.value, this.path);
      if (!('disabled' in manifest)) {
        this.manifest = manifest;
        this.state = 'needsInit';
        return manifest;
      }
      this.important = false;
      throw this.kill('info', `disabled itself: ${manifest.disabled}`);
    } catch (error) {
      throw error instanceof ManifestError ? this.kill('unusual', error.message) : error;
    }
  }

  /**
   * Configures it.
   *
   * @throws {PluginGoneError} when it is gone, or has turned itself off
   */
  async init(params: JsonObject): Promise<void> {
    this.state = 'awaitingInit';
    const { value } = await this.#withinTime(this.request('init', params));
    const { result } = value;
    if (isObject(result) && 'disable' in result) {
      this.important = false;
      throw this.kill('debug', `disabled itself at init: ${String(result['disable'])}`);
    }
    this.state = 'running';
    this.#setReady();
  }

  /**
   * Asks it something.
   *
   * @param params an object, or JSON text that is passed on as it is
   * @param origin the id of the request that this one is for: it becomes part of this one's, so that logs can be followed
   * @param notified told of `message` and `progress` about this request
   * @throws {PluginGoneError} when it ends before it answers
   */
  async request(
    method: string,
    params: JsonObject | string,
    { origin, notified }: { origin?: RpcId | undefined; notified?: Pending['notified'] } = {},
  ): Promise<PluginMessage> {
    if (this.#gone) throw this.#gone;
    const own = `cln:${method}#${nextId++}`;
    const id = origin === undefined || origin === null ? own : `${String(origin)}/${own}`;
    return await new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, notified });
      const text = typeof params === 'string' ? params : toJson(params);
      this.#send(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":${JSON.stringify(method)},"params":${text}}`);
    });
  }

  /** Whether it subscribed to a topic; `*` is all but `log`. */
  subscribes(topic: string): boolean {
    const { subscriptions = [] } = this.manifest ?? {};
    return subscriptions.includes(topic) || (topic !== 'log' && subscriptions.includes('*'));
  }

  /** Sends a notification, if it runs and has subscribed; returns whether it did. */
  notify(topic: string, text: string): boolean {
    if (this.state !== 'running' || !this.subscribes(topic)) return false;
    this.#send(text);
    return true;
  }

  /** Ends it and says why in the log; returns the error for whoever waits for it. */
  kill(level: LogLevel, why: string, kind: EndKind = 'other'): PluginGoneError {
    if (this.#gone) return this.#gone;
    const gone = new PluginGoneError(why, kind);
    this.#gone = gone;
    this.log[level](`Killing plugin: ${why}`);
    this.end();
    this.state = 'dead';
    this.#setReady();
    for (const { reject } of Array.from(this.#pending.values())) reject(gone);
    this.#pending.clear();
    this.#events.ended(this, why);
    return gone;
  }

  /** Lets those wait for ever that wait for an answer: the daemon ends before there is one. */
  abandonRequests(): void {
    this.#pending.clear();
  }

  /** Ends the process without a word. */
  end(): void {
    this.#process?.kill();
  }

  #send(text: string): void {
    if (this.#process?.send(text) === false) this.kill('unusual', 'it has stopped reading its standard input');
  }

  async #withinTime<T>(answer: Promise<T>): Promise<T> {
    const timer = setTimeout(
      () => this.kill('unusual', `timed out ${STATES[this.state]}`, 'timeout'),
      STARTUP_TIMEOUT_MS,
    );
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }

  #receive(message: PluginMessage): void {
    if (!message.texts.has('id')) {
      const problem = this.#receiveNotification(message);
      if (problem !== undefined) this.kill('unusual', problem);
      return;
    }
    const id = String(message.value['id']);
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending) pending.resolve(message);
    else this.log.debug(`JSON reply with unknown id ${message.texts.get('id')}`);
  }

  /** Takes a notification; returns what is wrong with it. */
  #receiveNotification({ value, texts }: PluginMessage): string | undefined {
    const { method, params } = value;
    if (typeof method !== 'string' || params === undefined)
      return `Malformed JSON-RPC notification missing "method" or "params": ${JSON.stringify(value)}`;
    if (method === 'log') return this.#receiveLog(isObject(params) ? params : {});
    if (method !== 'message' && method !== 'progress') {
      this.#events.notified(this, method, texts.get('params')!);
      return undefined;
    }
    if (!isObject(params) || !('id' in params)) return 'JSON-RPC notify "id"-field is not present';
    const { id, ...rest } = params;
    this.#pending.get(String(id))?.notified?.(method, rest);
    return undefined;
  }

  #receiveLog({ message, level = 'info' }: JsonObject): string | undefined {
    if (typeof message !== 'string') return 'Log notification from plugin doesn\'t have a string "message" field';
    const parsed = typeof level === 'string' ? parseLevel(level) : undefined;
    if (!parsed || parsed === 'io')
      return `Unknown log-level ${JSON.stringify(level)}, valid values are "trace", "debug", "info", "warn", or "error".`;
    for (const line of message.split('\n')) this.log[parsed](line);
    return undefined;
  }
}
