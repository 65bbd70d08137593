import type { Store } from './store.js';

/** What may be read at any time. */
export type Reader = Pick<Store, 'get' | 'keys' | 'getJson' | 'allJson'>;

/** The only thing that writes to the node's store, and only while its turn's work runs. */
export class Tx {
  readonly #store: Store;
  readonly #later: (() => void)[];
  #isOpen = true;

  constructor(store: Store, later: (() => void)[]) {
    this.#store = store;
    this.#later = later;
  }

  put(key: string, value: Uint8Array): void {
    this.#assertOpen();
    this.#store.put(key, value);
  }

  putJson(key: string, value: unknown): void {
    this.#assertOpen();
    this.#store.putJson(key, value);
  }

  delete(key: string): void {
    this.#assertOpen();
    this.#store.delete(key);
  }

  /** Does what others can see, once all of the turn is on disk. */
  afterCommit(action: () => void): void {
    this.#assertOpen();
    this.#later.push(action);
  }

  close(): void {
    this.#isOpen = false;
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw new Error('the turn is over: whoever writes later needs one of its own');
  }
}

/** Does some work that may write, at once; resolves to what it returns when all that came of it is on disk. */
export type Turn = <T>(work: (tx: Tx) => T) => Promise<T>;

/**
 * Turns: work, whatever follows of it (LDK's events), and a commit of all that changed at once. Only then messages,
 * transactions and answers leave the process. So a crash at any moment leaves a state that agrees with itself and with
 * whatever others have been told. Work that comes in one round of the event loop shares a commit.
 */
export class Turns {
  readonly #store: Store;
  readonly #broken: (why: string) => never;
  #later: (() => void)[] = [];
  #current: Tx | undefined;
  #scheduled: Promise<void> | undefined;
  #flow: { readonly drain: (tx: Tx) => void; readonly committed: () => void } | undefined;

  /** @param broken called when the state in memory is in doubt: a trap in WebAssembly, a disk that does not take what it must */
  constructor(store: Store, broken: (why: string) => never) {
    this.#store = store;
    this.#broken = broken;
  }

  /** The transaction of the work that runs, for what is called back in the middle of it. */
  get current(): Tx {
    if (!this.#current) throw new Error('there is no turn');
    return this.#current;
  }

  readonly turn: Turn = async (work) => {
    const result = this.run(work);
    await this.#soon();
    return result;
  };

  /** As `turn`, for those who need not know when it is on disk. @throws what `work` throws */
  run<T>(work: (tx: Tx) => T): T {
    const before = this.#current;
    const tx = new Tx(this.#store, this.#later);
    this.#current = tx;
    try {
      return this.guard(() => work(tx));
    } finally {
      tx.close();
      this.#current = before;
      void this.#soon();
    }
  }

  /** Calls LDK; a trap there, after which nothing in its memory can be relied on, ends the daemon. */
  guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof Error && error.name === 'RuntimeError') this.#broken(`LDK panicked: ${error.stack}`);
      throw error;
    }
  }

  /**
   * Commits from now on; what was done before goes along with the first commit, which is now.
   *
   * @param drain what is done before each commit
   * @param committed called when there is something new on disk
   */
  begin(drain: (tx: Tx) => void, committed: () => void): void {
    this.#flow = { drain, committed };
    this.#finish();
  }

  /** Commits for the last time. */
  end(): void {
    if (!this.#flow) return;
    this.#finish();
    this.#flow = undefined;
  }

  #soon(): Promise<void> {
    this.#scheduled ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#scheduled = undefined;
        this.#finish();
        resolve();
      });
    });
    return this.#scheduled;
  }

  #finish(): void {
    const flow = this.#flow;
    if (!flow) return;
    const tx = new Tx(this.#store, this.#later);
    this.#current = tx;
    let changed = false;
    try {
      flow.drain(tx);
      changed = this.#store.dirty;
      this.#store.commit();
    } catch (error) {
      this.#broken(error instanceof Error ? (error.stack ?? error.message) : String(error));
    } finally {
      tx.close();
      this.#current = undefined;
    }
    const actions = this.#later;
    this.#later = [];
    for (const action of actions) action();
    if (changed) flow.committed();
  }
}
