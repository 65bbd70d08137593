import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { abortedError, LnPlayError, throwIfAborted } from './errors.js';

export interface WaitOptions {
  /** Give up after this long, in ms. */
  readonly timeoutMs?: number;
  /** Time between two probes, in ms. */
  readonly intervalMs?: number;
  /** Ends the wait early: the user stopped the command. */
  readonly signal?: AbortSignal | undefined;
  /** Rejects when what is waited for can no longer come, because its process has died; never resolves. */
  readonly failure?: Promise<never> | undefined;
}

/** What a probe says: the awaited value, or that it is not there yet and what was seen instead. */
export type Probe<T> = { readonly done: T } | { readonly seen: string };

const DEFAULT_TIMEOUT_MS = 60_000;
export const DEFAULT_INTERVAL_MS = 10;

/**
 * Calls `probe` at a short constant interval until it is done. A probe that throws ends the wait with its error.
 *
 * @param what the awaited thing as a person says it: "l1 to see block 103"
 * @throws {LnPlayError} TIMEOUT, naming `what`, how long and what was last seen; ABORTED; or `failure`'s own error
 */
export async function waitFor<T>(what: string, probe: () => Promise<Probe<T>>, options: WaitOptions = {}): Promise<T> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, intervalMs = DEFAULT_INTERVAL_MS, signal, failure } = options;
  let seen = 'nothing yet';
  const ended = new AbortController();
  const expired = delay(timeoutMs, EXPIRED, { signal: ended.signal });
  const racers: Promise<never>[] = [];
  if (failure) racers.push(failure);
  if (signal) racers.push(aborted(signal, ended.signal));
  try {
    for (;;) {
      throwIfAborted(signal);
      const result = await Promise.race([probe(), expired, ...racers]);
      if (result === EXPIRED) throw timedOut(what, timeoutMs, seen);
      if ('done' in result) return result.done;
      seen = result.seen;
      const pause = await Promise.race([delay(intervalMs), expired, ...racers]);
      if (pause === EXPIRED) throw timedOut(what, timeoutMs, seen);
    }
  } finally {
    expired.catch(() => {}); // its abort is our own
    ended.abort();
  }
}

/**
 * What `work` comes to, unless the user stops first: what it has asked for may be done all the same.
 *
 * @throws {LnPlayError} ABORTED
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await work;
  const ended = new AbortController();
  try {
    throwIfAborted(signal);
    return await Promise.race([work, aborted(signal, ended.signal)]);
  } finally {
    work.catch(() => {}); // once nobody waits for it any more
    ended.abort();
  }
}

const EXPIRED = Symbol('expired');

function aborted(signal: AbortSignal, unless: AbortSignal): Promise<never> {
  setMaxListeners(0, signal); // one signal ends any number of waits: that is no leak
  const promise = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(abortedError(signal)), { once: true, signal: unless });
  });
  promise.catch(() => {}); // whoever races it hears of it
  return promise;
}

function timedOut(what: string, timeoutMs: number, seen: string): LnPlayError {
  return new LnPlayError('TIMEOUT', `Waited ${(timeoutMs / 1000).toFixed(timeoutMs < 10_000 ? 1 : 0)} s for ${what}`, {
    details: [`last seen: ${seen}`],
    hint: 'see `ln-play status` and `ln-play logs NODE`, or give it longer with --timeout',
  });
}
