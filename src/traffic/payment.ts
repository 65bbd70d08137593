import { LnPlayError } from '../core/errors.js';
import { unlessAborted } from '../core/wait.js';
import type { LightningNode, Payment } from '../nodes/node.js';
import type { PlannedPayment } from './sequence.js';

/** A payment that was made, or that failed. */
export type TrafficPayment = PaidPayment | FailedPayment;

interface SentPayment {
  /** 1 for the first. */
  readonly number: number;
  readonly from: string;
  readonly to: string;
  readonly amountMsat: bigint;
  /** When it was begun, in ms since 1970. */
  readonly sentAt: number;
  /** How long the payer took over it. */
  readonly latencyMs: number;
}

export interface PaidPayment extends SentPayment {
  readonly status: 'paid';
  readonly feeMsat: bigint;
}

export interface FailedPayment extends SentPayment {
  readonly status: 'failed';
  /**
   * In one word: BOLT #4's name for it where the payer tells that; what it calls it else; `payer_down` or `payee_down` for
   * one that does not run; `no_answer` where it took too long.
   */
  readonly reason: string;
}

export interface SendOptions {
  readonly keysend: boolean;
  /** After how long it is given up, in ms. */
  readonly timeoutMs: number;
  /** Ends the waiting for it. */
  readonly signal: AbortSignal;
}

/** Codes of errors of a node that does not run, or dies meanwhile. */
const DOWN: ReadonlySet<string> = new Set(['DAEMON', 'CONNECTION', 'STATE']);

/** Why a payment failed. */
class FailedAt extends Error {
  readonly reason: string;
  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Makes a payment. That it fails is no error.
 *
 * @throws {LnPlayError} ABORTED; and what no payment should fail with
 */
export async function send(
  { from, to, amountMsat }: PlannedPayment,
  number: number,
  nodeOf: (name: string) => LightningNode,
  options: SendOptions,
): Promise<TrafficPayment> {
  const sentAt = Date.now();
  let began = performance.now();
  const sent = () => ({ number, from, to, amountMsat, sentAt, latencyMs: performance.now() - began });
  try {
    const [payer, payee] = [nodeOf(from), nodeOf(to)];
    const transfer = async () => {
      const pay = await preparePayment(payer, payee, amountMsat, options);
      began = performance.now();
      return await at(payer, 'payer', pay);
    };
    const { sentMsat } = await unlessAborted(withTimeout(transfer(), options.timeoutMs), options.signal);
    return { ...sent(), status: 'paid', feeMsat: sentMsat - amountMsat };
  } catch (error) {
    if (error instanceof FailedAt) return { ...sent(), status: 'failed', reason: error.reason };
    throw error;
  }
}

/** What the payee has to do with it. @returns what has the payer pay */
async function preparePayment(
  payer: LightningNode,
  payee: LightningNode,
  amountMsat: bigint,
  { keysend, ...wait }: SendOptions,
): Promise<() => Promise<Payment>> {
  if (keysend) {
    const id = await at(payee, 'payee', () => payee.id());
    return () => payer.keysend(id, amountMsat, wait);
  }
  const { bolt11 } = await at(payee, 'payee', () => payee.invoice(amountMsat, { description: 'traffic' }));
  return () => payer.pay(bolt11, undefined, wait);
}

async function at<T>(node: LightningNode, who: 'payer' | 'payee', ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof LnPlayError) || error.code === 'ABORTED') throw error;
    if (DOWN.has(error.code)) throw new FailedAt(`${who}_down`);
    throw new FailedAt(error.code === 'TIMEOUT' ? 'no_answer' : node.failureReason(error));
  }
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FailedAt('no_answer')), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {}); // nobody waits for it any more
  }
}
