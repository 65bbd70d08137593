/** What `ln-play web` answers and tells, as GET /api describes it. */

export interface Bitcoind {
  readonly state: string;
  readonly blocks: number | null;
  /** How many transactions wait. */
  readonly mempool: number | null;
  readonly version: string | null;
}

export interface NodeState {
  readonly name: string;
  readonly implementation: string;
  readonly state: string;
  readonly id: string | null;
  readonly alias: string | null;
  /** RGB, six hex digits. */
  readonly color: string | null;
  readonly version: string | null;
  readonly blockheight: number | null;
  readonly onchain_msat: number | null;
  readonly in_channels_msat: number | null;
  /** Why it runs and does not answer. */
  readonly problem?: string | null;
}

export interface PendingHtlc {
  readonly payment_hash: string;
  readonly amount_msat: number;
  readonly from: string;
  readonly to: string;
  readonly state: string;
}

export interface ChannelState {
  /** Its channel id: stays the same. */
  readonly key: string;
  /** Who opened it, by name. */
  readonly from: string;
  readonly to: string;
  readonly short_channel_id: string | null;
  readonly channel_id: string;
  readonly state: string;
  readonly phase: string;
  readonly private: boolean;
  readonly connected: boolean;
  readonly total_msat: number;
  readonly to_from_msat: number;
  readonly to_to_msat: number;
  readonly htlcs: readonly PendingHtlc[];
}

export interface Snapshot {
  readonly name: string;
  /** ISO 8601, or ms since 1970. */
  readonly created_at: string | number;
  readonly blocks: number | null;
  readonly note?: string | null;
}

/** Something that goes on by itself, as `status --json` has it. */
export interface Background {
  readonly name: string;
  readonly state?: string;
  readonly summary?: string;
  readonly [key: string]: unknown;
}

export interface State {
  readonly dir: string;
  readonly read_only: boolean;
  readonly version: string;
  readonly bitcoind: Bitcoind;
  readonly nodes: readonly NodeState[];
  readonly channels: readonly ChannelState[];
  readonly background: readonly Background[];
  readonly snapshots: readonly Snapshot[];
}

export type HappeningKind =
  | 'block'
  | 'connect'
  | 'disconnect'
  | 'channel'
  | 'payment'
  | 'invoice'
  | 'forward'
  | 'htlc'
  | 'node'
  | 'plugin'
  | 'command'
  | 'warning';

export interface PaymentNews {
  readonly payment_hash: string;
  readonly status: 'started' | 'part' | 'complete' | 'failed';
  readonly amount_msat: number | null;
  readonly from: string | null;
  readonly to: string | null;
  /** Names of nodes, the payer's first. */
  readonly route?: readonly string[];
  /** Keys of the channels between them. */
  readonly channels?: readonly string[];
  readonly part?: number;
  readonly failed_at?: string | null;
  /** As BOLT #4 calls it. */
  readonly failure?: string | null;
  readonly took_ms?: number | null;
}

export interface Happening {
  readonly id: number;
  /** In ms since 1970. */
  readonly at: number;
  readonly node: string | null;
  readonly kind: HappeningKind;
  readonly text: string;
  readonly payment?: PaymentNews;
  readonly data: unknown;
}

export interface CommandArgument {
  readonly name: string;
  /** What it is: `a node of the playground: l1`. */
  readonly about?: string;
  readonly required: boolean;
  readonly many: boolean;
}

export interface CommandOption {
  /** In snake_case. */
  readonly name: string;
  /** `--private` */
  readonly flag: string;
  readonly summary: string;
  readonly kind: 'text' | 'flag' | 'list';
  /** What its value is called, for one that takes one. */
  readonly value: string | null;
}

export interface Command {
  readonly name: string;
  readonly heading: string;
  readonly usage: string;
  readonly summary: string;
  readonly args: readonly CommandArgument[];
  readonly options: readonly CommandOption[];
  readonly examples: readonly string[];
  readonly changes: boolean;
  /** Whether something is lost by it that does not come back. */
  readonly loses?: boolean;
}

export interface CommandReply {
  readonly json: unknown;
  readonly text: string;
  readonly exit_code: number;
}

export type OptionValues = Readonly<Record<string, string | boolean | readonly string[]>>;

/** A part of a node's answers: what it said, or why it did not. */
export type Part<T> = T | { readonly error: { readonly message: string; readonly hint?: string } };
export type Json = Readonly<Record<string, unknown>>;

export interface NodeDetails {
  readonly name: string;
  readonly info: Part<Json>;
  readonly config: Part<Json>;
  readonly funds: Part<Json>;
  readonly channels: Part<readonly Json[]>;
  readonly peers: Part<readonly Json[]>;
  readonly invoices: Part<readonly Json[]>;
  readonly payments: Part<readonly Json[]>;
  readonly forwards: Part<readonly Json[]>;
  readonly plugins: Part<readonly Json[]>;
  readonly connect: Part<readonly { readonly label: string; readonly value: string }[]>;
  readonly processes: Part<
    readonly { readonly pid: number; readonly command: string; readonly cpu: number; readonly memory_kb: number }[]
  >;
}

export interface Method {
  readonly command: string;
  readonly category?: string | null;
  readonly description?: string | null;
  /** Null where nobody knows them. */
  readonly parameters: readonly MethodParameter[] | null;
}

export interface MethodParameter {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly default?: string | null;
  readonly about?: string | null;
}

export interface LogLine {
  readonly at: string | number | null;
  readonly level: string | null;
  readonly source: string | null;
  readonly text: string;
}

export interface SeenPayment {
  readonly payment_hash: string;
  readonly seen: readonly ({ readonly node: string } & Json)[];
}

export interface SeenChannel {
  readonly id: string;
  readonly seen: readonly ({ readonly node: string } & Json)[];
}
