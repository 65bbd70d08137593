import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { LnPlayError } from '../core/errors.js';
import { Random } from '../core/random.js';
import { MAX_TIMER_MS } from '../core/timers.js';
import { listProcesses } from '../process/table.js';
import type { LightningNode } from '../nodes/node.js';
import { ready, type Activity } from './activity.js';
import { capacitiesOf } from './capacities.js';
import { send, type TrafficPayment } from './payment.js';
import { Bell } from '../core/bell.js';
import { Queue } from './queue.js';
import { sequence, type PlannedPayment } from './sequence.js';
import { TrafficStats } from './stats.js';

export interface TrafficOptions {
  /** What is paid; by default payments at random among all nodes, by capacity. Rows of a network's file are such. */
  readonly activities?: readonly Activity[] | undefined;
  /** Ends after so many payments. */
  readonly count?: number | undefined;
  /** Ends after so long, in ms. */
  readonly forMs?: number | undefined;
  /** Repeats the same payments, where nodes and channels are the same; by default another one each time. */
  readonly seed?: number | undefined;
  /** How many payments may be under way at once, those not yet read from the iterator included; 20 by default. */
  readonly inFlight?: number | undefined;
  /** Without invoices. */
  readonly keysend?: boolean | undefined;
  /** After how long a payment counts as failed with `no_answer`, in ms; a minute by default. */
  readonly paymentTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Where payments are counted, if that goes on from before. */
  readonly stats?: TrafficStats | undefined;
}

/**
 * Why traffic has ended: all activities or `count` were done, or `forMs` was over; it was stopped, by its signal or by
 * who read it; or no node ran any more.
 */
export type TrafficEnd = 'done' | 'time' | 'stopped' | 'gone';

const IN_FLIGHT = 20;
const PAYMENT_TIMEOUT_MS = 60_000;
/** How often we look whether any node still runs, in ms. */
const LOOK_MS = 500;
/** The largest seed that we choose, so that it is short to type. */
const SEEDS = 1_000_000;

/**
 * Payments between the nodes of a network, over and over: what came of each, in the order in which that is known. They
 * begin when they are first read. A failed payment is no error; a node that dies is none either: its payments fail until it
 * is back. It ends when no node runs any more.
 *
 * @example
 * for await (const payment of playground.traffic({ count: 100, seed: 1 })) console.log(payment);
 */
export class Traffic implements AsyncIterable<TrafficPayment> {
  /** Repeats the same payments. */
  readonly seed: number;
  readonly stats: TrafficStats;
  readonly #nodes: ReadonlyMap<string, LightningNode>;
  readonly #options: TrafficOptions;
  readonly #noMore = new AbortController();
  readonly #abandoned = new AbortController();
  /** Rings when more may be sent, or nothing any more. */
  readonly #mayGoOn = new Bell();
  #end: TrafficEnd | undefined;

  /** @throws {LnPlayError} USAGE */
  constructor(nodes: readonly LightningNode[], options: TrafficOptions = {}) {
    assertOptions(options);
    this.#nodes = new Map(nodes.map((node) => [node.name, node]));
    this.#options = options;
    this.stats = options.stats ?? new TrafficStats();
    this.seed = options.seed ?? randomInt(SEEDS);
  }

  /** Why it has ended; undefined while it goes on. */
  get end(): TrafficEnd | undefined {
    return this.#end;
  }

  /**
   * @throws {LnPlayError} STATE where there is no channel, or no node runs; USAGE for what the nodes cannot do
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<TrafficPayment, void> {
    const planned = await this.#plan();
    const payments = new Queue<TrafficPayment>(() => this.#mayGoOn.ring());
    this.stats.begin();
    const endings = this.#watchEndings();
    const sent = this.#sendAll(planned, payments);
    try {
      yield* payments;
    } finally {
      this.#finish('stopped'); // unless it has ended
      for (const forget of endings) forget();
      await sent;
      this.stats.end();
    }
  }

  async #plan(): Promise<Iterable<PlannedPayment>> {
    const { activities = [{}] } = this.#options;
    const nodes = [...this.#nodes.values()];
    if (!anyRuns(nodes))
      throw new LnPlayError('STATE', 'No node of the playground runs', { hint: 'start it with `ln-play up`' });
    const capacities = await capacitiesOf(nodes);
    const able = activities.map((activity) => ready(activity, capacities, [...this.#nodes.keys()]));
    return sequence(able, capacities, new Random(this.seed));
  }

  /** All that may end it from outside. @returns what takes each of them back */
  #watchEndings(): readonly (() => void)[] {
    const { forMs, signal } = this.#options;
    const onTime = forMs === undefined ? undefined : setTimeout(() => this.#finish('time'), forMs);
    const onLook = setInterval(() => {
      if (!anyRuns([...this.#nodes.values()])) this.#finish('gone');
    }, LOOK_MS);
    const onAbort = (): void => this.#finish('stopped');
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
    return [
      () => clearTimeout(onTime),
      () => clearInterval(onLook),
      () => signal?.removeEventListener('abort', onAbort),
    ];
  }

  /** What was sent by then is waited for, unless it was stopped or nobody is left. */
  #finish(end: TrafficEnd): void {
    this.#end ??= end;
    this.#noMore.abort();
    if (end === 'stopped' || end === 'gone') this.#abandoned.abort();
    this.#mayGoOn.ring();
  }

  /** Never throws: what went wrong is told to who reads. */
  async #sendAll(planned: Iterable<PlannedPayment>, payments: Queue<TrafficPayment>): Promise<void> {
    const { count = Infinity, inFlight = IN_FLIGHT } = this.#options;
    const underWay = new Set<Promise<void>>();
    const began = performance.now();
    let number = 0;
    let putOffMs = 0;
    for (const next of planned) {
      if (number === count) break;
      await pause(next.atMs + putOffMs - (performance.now() - began), this.#noMore.signal);
      // what may not be sent yet puts off all that follows: else it would come in a burst
      const waitedFrom = performance.now();
      while (underWay.size + payments.size >= inFlight && !this.#noMore.signal.aborted) await this.#mayGoOn.rung;
      putOffMs += performance.now() - waitedFrom;
      if (this.#noMore.signal.aborted) break;
      const settled = this.#sendOne(next, ++number, payments).finally(() => {
        underWay.delete(settled);
        this.#mayGoOn.ring();
      });
      underWay.add(settled);
    }
    await Promise.all(underWay);
    this.#finish('done');
    payments.end();
  }

  async #sendOne(planned: PlannedPayment, number: number, payments: Queue<TrafficPayment>): Promise<void> {
    const { keysend = false, paymentTimeoutMs: timeoutMs = PAYMENT_TIMEOUT_MS } = this.#options;
    const { signal } = this.#abandoned;
    this.stats.send();
    try {
      const payment = await send(planned, number, (name) => this.#nodes.get(name)!, { keysend, timeoutMs, signal });
      this.stats.settle(payment);
      payments.push(payment);
    } catch (error) {
      if (signal.aborted) return; // nobody waits for it
      payments.end(error);
      this.#finish('stopped');
    }
  }
}

/** Whether any of these has a process; the table of all processes is read only where none has that we know. */
function anyRuns(nodes: readonly LightningNode[]): boolean {
  if (nodes.some(({ daemon }) => daemon.pid !== undefined)) return true;
  const table = listProcesses();
  return nodes.some(({ daemon }) => daemon.attach(table));
}

/** Until so much later, or until the signal. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  for (let left = ms; left > 0 && !signal.aborted; left -= MAX_TIMER_MS)
    await delay(Math.min(left, MAX_TIMER_MS), undefined, { signal }).catch(() => {}); // only the signal ends it early
}

/** @throws {LnPlayError} USAGE */
function assertOptions({ count, forMs, seed, inFlight, paymentTimeoutMs }: TrafficOptions): void {
  const whole = { count, inFlight, seed, forMs, paymentTimeoutMs };
  for (const [name, value] of Object.entries(whole))
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= (name === 'seed' ? 0 : 1)))
      throw new LnPlayError('USAGE', `${name} cannot be ${value}`, { hint: 'give a whole number above 0' });
}
