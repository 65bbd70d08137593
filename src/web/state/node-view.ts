import { messageOf } from '../../core/errors.js';
import type { DaemonState } from '../../daemons/daemon.js';
import type { Channel, Coin, LightningNode, NodeInfo } from '../../nodes/node.js';
import { Paced } from './paced.js';
import type { NodeState } from './state.js';

/** What is asked of a node. */
export type Part = 'info' | 'channels' | 'coins';

export const ALL_PARTS: readonly Part[] = ['info', 'channels', 'coins'];

/** A node is asked no more often than this, in ms; and how long it may take to answer, and one that is far away. */
const EVERY_MS = 1_000;
const ANSWER_MS = 5_000;
const FAR_ANSWER_MS = 60_000;

/** What is known of a node. It is asked only once something has happened; one that tells nothing, now and then. */
export class NodeView {
  readonly node: LightningNode;
  readonly #onChange: () => void;
  readonly #wanted = new Set<Part>();
  readonly #looks = new Paced(EVERY_MS, () => this.#look());
  #state: DaemonState = 'stopped';
  #info: NodeInfo | undefined;
  #channels: readonly Channel[] = [];
  #channelsAsOf = -Infinity;
  #coins: readonly Coin[] | undefined;
  #problem: string | null = null;

  constructor(node: LightningNode, onChange: () => void) {
    this.node = node;
    this.#onChange = onChange;
  }

  get name(): string {
    return this.node.name;
  }

  get id(): string | undefined {
    return this.#info?.id;
  }

  get channels(): readonly Channel[] {
    return this.#channels;
  }

  /** When it was asked for them, by performance.now(). */
  get channelsAsOf(): number {
    return this.#channelsAsOf;
  }

  get state(): DaemonState {
    return this.#state;
  }

  set state(state: DaemonState) {
    if (state === this.#state) return;
    this.#state = state;
    if (state === 'running') this.ask(ALL_PARTS);
    this.#onChange();
  }

  /** Asks the node, soon. */
  ask(parts: readonly Part[]): void {
    if (this.#state !== 'running') return;
    for (const part of parts) this.#wanted.add(part);
    this.#looks.ask();
  }

  /** A block that the node has told us of. */
  sawBlock(height: number): void {
    if (!this.#info || this.#info.blockHeight === height) return;
    this.#info = { ...this.#info, blockHeight: height };
    this.#onChange();
  }

  end(): void {
    this.#looks.end();
  }

  /** What of it is shown. */
  shown(): NodeState {
    const { name, implementation } = this.node;
    const runs = this.#state === 'running' || this.#state === 'frozen';
    const { id = null, alias = null, colour = null, version = null, blockHeight = null } = this.#info ?? {};
    const onchain = this.#coins?.filter(({ status }) => status !== 'spent');
    const open = this.#channels.filter(({ phase }) => COUNTED.has(phase));
    const sum = (amounts: readonly bigint[]): number => Number(amounts.reduce((all, each) => all + each, 0n));
    return {
      name,
      implementation,
      state: this.#state,
      id,
      alias,
      color: colour,
      version,
      blockheight: runs ? blockHeight : null,
      onchain_msat: onchain ? sum(onchain.map(({ amountMsat }) => amountMsat)) : null,
      in_channels_msat: this.#info ? sum(open.map(({ oursMsat }) => oursMsat)) : null,
      problem: runs ? this.#problem : null,
    };
  }

  async #look(): Promise<void> {
    const wanted = Array.from(this.#wanted);
    this.#wanted.clear();
    if (this.#state !== 'running') return;
    const options = { timeoutMs: this.node.tells ? ANSWER_MS : FAR_ANSWER_MS };
    const ask: { readonly [P in Part]: () => Promise<void> } = {
      info: async () => void (this.#info = await this.node.info(options)),
      channels: async () => {
        const asOf = performance.now();
        this.#channels = await this.node.channels(undefined, options);
        this.#channelsAsOf = asOf;
      },
      coins: async () => void (this.#coins = await this.node.funds(options)),
    };
    try {
      await Promise.all(wanted.map((part) => ask[part]()));
      this.#problem = null;
    } catch (error) {
      this.#problem = (await this.node.heldUpBy().catch(() => undefined)) ?? messageOf(error);
      this.ask(wanted);
    }
    this.#onChange();
  }
}

/** Phases in which what is in a channel is there to be had. */
const COUNTED: ReadonlySet<string> = new Set(['awaiting-funding', 'normal', 'shutting-down', 'closing']);
