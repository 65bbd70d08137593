import type { Unhonoured } from './rpc/unhonoured-params.js';
import type { JsonObject } from '../rpc/json-rpc.js';

/**
 * What the parts of the embedded lightningd share. Data flows one way: options → log → node (LDK) → methods → RPC
 * socket; the node speaks upwards only through `notify` and `ask`, which reach whatever plugins there are.
 */
export interface Context {
  /** The options in force, from the command line and the config files. */
  readonly options: OptionValues;
  readonly log: Log;
  /**
   * Tells the plugins that subscribed to `topic` (schemas in CLN's notification/*.json). `payload` is what the schema
   * describes; it is sent wrapped in an object with the topic as its only member.
   */
  readonly notify: (topic: string, payload: JsonObject) => void;
  /**
   * Asks the plugins that registered `hook`, in order, and resolves to the final answer: `{ result: 'continue' }` where
   * there is none or all agree. It never rejects: a plugin that dies or talks nonsense counts as `continue` and is logged.
   * `onTurn` is told of each plugin whose turn it is, by its name.
   */
  readonly ask: (hook: string, payload: JsonObject, onTurn?: (plugin: string) => void) => Promise<HookAnswer>;
  /** Whether any plugin registered `hook`: what nobody asks for need not be prepared. */
  readonly hasHook: (hook: string) => boolean;
  /** Ends the daemon in an orderly way, as the RPC `stop` does. */
  readonly shutdown: (why: string) => void;
  /** Ends it as lightningd's `fatal` does: a **BROKEN** line, exit code 1. */
  readonly fatal: (why: string) => never;
}

export type HookAnswer = JsonObject & { readonly result?: unknown };

/** Options by lightningd's own names (`bind-addr`), the last given value first where an option may be given several times. */
export interface OptionValues {
  readonly string: (name: string) => string | undefined;
  readonly number: (name: string) => number | undefined;
  readonly flag: (name: string) => boolean;
  readonly list: (name: string) => readonly string[];
  /** `--lightning-dir`, absolute. */
  readonly lightningDir: string;
  /** `<lightning-dir>/regtest`, absolute: where state, the RPC socket and hsm_secret live. */
  readonly networkDir: string;
}

export type LogLevel = 'io' | 'trace' | 'debug' | 'info' | 'unusual' | 'broken';

/** lightningd's log: `2026-11-23T01:21:37.315Z DEBUG   lightningd: …`; a child names its subsystem or peer. */
export interface Log {
  readonly io: (text: string) => void;
  readonly trace: (text: string) => void;
  readonly debug: (text: string) => void;
  readonly info: (text: string) => void;
  readonly unusual: (text: string) => void;
  readonly broken: (text: string) => void;
  /** A log whose lines carry this prefix: `log.child('plugin-helloworld')`, `log.child('chan#1', peerId)`. */
  readonly child: (prefix: string, nodeId?: string) => Log;
}

/**
 * One RPC method. `params` in the order in which they are taken by position; the server checks and converts them with
 * their `type` before `handle` is called, and answers CLN's own error (-32602) otherwise.
 */
export interface Method {
  readonly name: string;
  readonly category: 'bitcoin' | 'channels' | 'network' | 'payment' | 'plugin' | 'utility' | 'developer';
  readonly params: readonly ParamSpec[];
  /** Refused with CLN's error when `allow-deprecated-apis=false`. */
  readonly deprecated?: boolean;
  /** Refused without `--developer`. */
  readonly developerOnly?: boolean;
  /** Takes parameters beyond `params` too; they reach the handler by name, unread. */
  readonly allowExtra?: boolean;
  /** What `help` shows in place of the names of `params`. */
  readonly usage?: string;
  readonly handle: (args: Args, call: Call) => Promise<object | string>;
}

export interface ParamSpec {
  readonly name: string;
  /** Reads the JSON value: returns what the handler gets, or throws a ParamError with CLN's text for it. */
  readonly type: (value: unknown, name: string) => unknown;
  /** Another name that it may be given by. */
  readonly alias?: string;
  readonly required?: boolean;
  readonly default?: unknown;
  /** What becomes of it if it is given: the handler never gets it. */
  readonly unhonoured?: Unhonoured;
}

export type Args = { readonly [name: string]: unknown };

/** One request: whom progress goes to, and whether the client has gone. */
export interface Call {
  readonly id: string | number | null;
  /** The parameters as they came. */
  readonly params: unknown;
  /** Sends a `message` notification to the client, if it enabled notifications. */
  readonly progress: (level: LogLevel, message: string) => void;
  /** Sends any notification to the client, if it enabled them: `progress` with `num` and `total`. */
  readonly notify: (method: string, params: JsonObject) => void;
  readonly disconnected: AbortSignal;
  /** What the client has set for its connection. */
  readonly session: Session;
}

/** Settings of one connection to the RPC socket (`notifications`, `deprecations`). */
export interface Session {
  notifications: boolean;
  deprecatedOk: boolean;
}

/** What starting the node gives to the shell: `startNode` in start-node.ts. */
export interface RunningNode {
  readonly methods: readonly Method[];
  /** Node id, alias and colour for the line that says that the server has started; in hex the first and the last. */
  readonly id: string;
  readonly alias: string;
  readonly color: string;
  /** Its feature bits in hex, for the plugins' `init`. */
  readonly features?: {
    readonly init: string;
    readonly node: string;
    readonly channel: string;
    readonly invoice: string;
  };
  readonly stop: () => Promise<void>;
}
