import { setTimeout as delay } from 'node:timers/promises';
import { Bell } from '../../core/bell.js';
import type { Bitcoind } from '../../daemons/bitcoind.js';
import type { DaemonState } from '../../daemons/daemon.js';
import { versionOf } from '../../network/status.js';
import { Paced } from './paced.js';
import type { State } from './state.js';

/** How long one question after the next block may take, how soon it is asked again after an error, both in ms. */
const BLOCK_MS = 10_000;
const RETRY_MS = 1_000;
/** bitcoind is asked for its mempool no more often than this, in ms; and how long it may take to answer. */
const EVERY_MS = 1_000;
const ANSWER_MS = 5_000;

export interface SeenBlock {
  readonly height: number;
  readonly hash: string;
  /** How many came at once, itself the last. */
  readonly count: number;
  /** Whether it is not on top of the one before: the last blocks are others now. */
  readonly isReorg: boolean;
}

/** What is known of bitcoind. It tells of each block at once, as long as it is asked to wait for one. */
export class ChainView {
  readonly #bitcoind: Bitcoind;
  readonly #onChange: () => void;
  readonly #onBlock: (block: SeenBlock) => void;
  readonly #bell = new Bell();
  readonly #looks = new Paced(EVERY_MS, () => this.#look());
  #state: DaemonState = 'stopped';
  #tip: { readonly height: number; readonly hash: string } | undefined;
  #mempool: number | null = null;
  #version: string | null = null;
  #isEnded = false;

  constructor(bitcoind: Bitcoind, on: { readonly change: () => void; readonly block: (block: SeenBlock) => void }) {
    this.#bitcoind = bitcoind;
    this.#onChange = on.change;
    this.#onBlock = on.block;
    void this.#follow();
  }

  get state(): DaemonState {
    return this.#state;
  }

  set state(state: DaemonState) {
    if (state === this.#state) return;
    this.#state = state;
    if (state !== 'running') this.#version = this.#mempool = null;
    this.#bell.ring();
    this.ask();
    this.#onChange();
  }

  /** Asks for the mempool, soon. */
  ask(): void {
    if (this.#state === 'running') this.#looks.ask();
  }

  end(): void {
    this.#isEnded = true;
    this.#looks.end();
    this.#bell.ring();
  }

  shown(): State['bitcoind'] {
    const blocks = this.#state === 'running' || this.#state === 'frozen' ? (this.#tip?.height ?? null) : null;
    return { state: this.#state, blocks, mempool: this.#mempool, version: this.#version };
  }

  async #look(): Promise<void> {
    const { rpc } = this.#bitcoind;
    try {
      const [{ size }, { subversion }] = await Promise.all([
        rpc.call<{ size: number }>('getmempoolinfo', [], undefined, ANSWER_MS),
        this.#version === null
          ? rpc.call<{ subversion: string }>('getnetworkinfo', [], undefined, ANSWER_MS)
          : { subversion: undefined },
      ]);
      this.#mempool = size;
      if (subversion !== undefined) this.#version = versionOf(subversion);
      this.#onChange();
    } catch {
      if (this.#state === 'running') this.#looks.ask(); // it is starting, or ending
    }
  }

  async #follow(): Promise<void> {
    while (!this.#isEnded) {
      if (this.#state !== 'running') {
        await this.#bell.rung;
        continue;
      }
      try {
        this.#see(await this.#nextBlock());
      } catch {
        await delay(RETRY_MS, undefined, { ref: false }); // it is starting, or ending
      }
    }
  }

  async #nextBlock(): Promise<{ readonly height: number; readonly hash: string }> {
    const { rpc } = this.#bitcoind;
    if (this.#tip) {
      const best = await rpc.call<string>('getbestblockhash', [], undefined, ANSWER_MS); // one may have come in between
      if (best === this.#tip.hash) return await rpc.call('waitfornewblock', [BLOCK_MS], undefined, 2 * BLOCK_MS);
    }
    const { blocks, bestblockhash } = await rpc.call<{ blocks: number; bestblockhash: string }>(
      'getblockchaininfo',
      [],
      undefined,
      ANSWER_MS,
    );
    return { height: blocks, hash: bestblockhash };
  }

  #see({ height, hash }: { readonly height: number; readonly hash: string }): void {
    const before = this.#tip;
    if (this.#isEnded || before?.hash === hash) return;
    this.#tip = { height, hash };
    if (before) {
      const isReorg = height <= before.height;
      this.#onBlock({ height, hash, count: isReorg ? 1 : height - before.height, isReorg });
    }
    this.ask();
    this.#onChange();
  }
}
