import { ONION_FAILURES } from '../../cln/onion-failures.js';
import { formatMsat } from '../../core/amounts.js';
import { isObject, type JsonObject } from '../../rpc/json-rpc.js';
import type { Notification } from '../feed/feed.js';
import type { Names } from '../state/names.js';
import type { NewHappening, PaymentStep } from './happening.js';
import { msatOf } from './translate.js';

/** How many payments are remembered, and how long after a failure another attempt may come, in ms. */
const MOST = 1_000;
const RETRY_MS = 500;

interface Part {
  readonly amountMsat: number;
  readonly route: string[];
  readonly channels: string[];
}

interface Payment {
  readonly hash: string;
  readonly node: string;
  readonly beganAt: number;
  to: string | null;
  amountMsat: number | null;
  readonly parts: Map<number, Part>;
  last: Part | undefined;
  failedAt: string | null;
  failure: string | null;
  isDone: boolean;
  timer: NodeJS.Timeout | undefined;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Follows the payments that nodes make, from their notifications: each part on its way, and what became of the whole. */
export class Payments {
  readonly #names: Names;
  readonly #onHappening: (happening: NewHappening) => void;
  readonly #payments = new Map<string, Payment>();

  constructor(names: Names, onHappening: (happening: NewHappening) => void) {
    this.#names = names;
    this.#onHappening = onHappening;
  }

  /** @returns whether it is about a payment that the node makes */
  take({ node, topic, params }: Notification): boolean {
    switch (topic) {
      case 'pay_part_start':
        this.#partBegins(node, params);
        return true;
      case 'pay_part_end':
        this.#partEnds(node, params);
        return true;
      case 'sendpay_success':
        this.#complete(node, params);
        return true;
      case 'sendpay_failure':
        this.#sendpayFailed(node, params);
        return true;
      default:
        return false;
    }
  }

  end(): void {
    for (const { timer } of this.#payments.values()) clearTimeout(timer);
  }

  #partBegins(node: string, params: JsonObject): void {
    const { payment_hash, partid, attempt_msat, total_payment_msat, hops } = params;
    const all = Array.isArray(hops) ? hops.filter(isObject) : [];
    const part: Part = {
      amountMsat: msatOf(attempt_msat),
      route: [node, ...all.map(({ next_node }) => this.#names.node(String(next_node)))],
      channels: all.map(({ short_channel_id }) => this.#names.channel(String(short_channel_id))),
    };
    const hash = String(payment_hash);
    const known = this.#payments.get(key(node, hash));
    const isNew = known === undefined || known.isDone;
    const payment = isNew ? this.#begin(node, hash) : known;
    clearTimeout(payment.timer);
    payment.to = part.route.at(-1) ?? null;
    payment.amountMsat = msatOf(total_payment_msat);
    payment.last = part;
    payment.parts.set(Number(partid), part);
    this.#tell(payment, isNew ? 'started' : 'part', params, { ...steps(part), part: Number(partid) }, 'pay_part_start');
  }

  #partEnds(node: string, params: JsonObject): void {
    const { payment_hash, partid, status, duration, failed_node_id, failed_msg, error_message } = params;
    const payment = this.#payments.get(key(node, String(payment_hash)));
    if (!payment) return;
    const part = payment.parts.get(Number(partid));
    payment.parts.delete(Number(partid));
    const isFailed = status !== 'success';
    if (isFailed) {
      const failedAt = text(failed_node_id);
      payment.failedAt = failedAt === undefined ? null : this.#names.node(failedAt);
      payment.failure = failureName(failed_msg) ?? text(error_message) ?? null;
    }
    const { failedAt: failed_at, failure } = payment;
    const came = { took_ms: Math.round(Number(duration) * 1000), ...(isFailed && { failed_at, failure }) };
    this.#tell(payment, 'part', params, { ...(part && steps(part)), part: Number(partid), ...came }, 'pay_part_end');
    if (isFailed) this.#failSoon(payment, params);
  }

  #complete(node: string, params: JsonObject): void {
    const hash = String(params['payment_hash']);
    const payment = this.#payments.get(key(node, hash)) ?? this.#begin(node, hash);
    if (payment.isDone) return; // another part of it
    const { destination, amount_msat } = params;
    if (text(destination) !== undefined) payment.to = this.#names.node(String(destination));
    if (amount_msat !== undefined) payment.amountMsat ??= msatOf(amount_msat);
    this.#done(payment, 'complete', params, {}, 'sendpay_success');
  }

  #sendpayFailed(node: string, params: JsonObject): void {
    const data = isObject(params['data']) ? params['data'] : {};
    const { payment_hash, destination, amount_msat, erring_node, failcodename } = data;
    const hash = String(payment_hash);
    const payment = this.#payments.get(key(node, hash)) ?? this.#begin(node, hash);
    if (payment.isDone) return;
    if (text(destination) !== undefined) payment.to = this.#names.node(String(destination));
    if (amount_msat !== undefined) payment.amountMsat ??= msatOf(amount_msat);
    const at = text(erring_node);
    payment.failedAt ??= at === undefined ? null : this.#names.node(at);
    payment.failure ??=
      text(failcodename)
        ?.replace(/^WIRE_/, '')
        .toLowerCase() ??
      text(params['message']) ??
      null;
    this.#failSoon(payment, params);
  }

  /** A payment has failed once no part is under way, and no other follows. */
  #failSoon(payment: Payment, params: JsonObject): void {
    clearTimeout(payment.timer);
    if (payment.isDone || payment.parts.size > 0) return;
    payment.timer = setTimeout(() => {
      const { failedAt: failed_at, failure } = payment;
      this.#done(payment, 'failed', params, { failed_at, failure }, 'sendpay_failure');
    }, RETRY_MS).unref();
  }

  #begin(node: string, hash: string): Payment {
    const payment: Payment = {
      hash,
      node,
      beganAt: performance.now(),
      to: null,
      amountMsat: null,
      parts: new Map(),
      last: undefined,
      failedAt: null,
      failure: null,
      isDone: false,
      timer: undefined,
    };
    const [oldest] = this.#payments.keys();
    if (this.#payments.size >= MOST) this.#payments.delete(oldest!);
    this.#payments.delete(key(node, hash));
    this.#payments.set(key(node, hash), payment);
    return payment;
  }

  #done(
    payment: Payment,
    status: 'complete' | 'failed',
    params: JsonObject,
    more: Partial<PaymentStep>,
    topic: string,
  ): void {
    clearTimeout(payment.timer);
    payment.isDone = true;
    const took_ms = payment.last ? Math.round(performance.now() - payment.beganAt) : null;
    this.#tell(payment, status, params, { ...(payment.last && steps(payment.last)), took_ms, ...more }, topic);
  }

  #tell(
    { hash, node, to, amountMsat }: Payment,
    status: PaymentStep['status'],
    params: JsonObject,
    more: Partial<PaymentStep>,
    topic: string,
  ): void {
    const isWhole = status === 'complete' || status === 'failed';
    const amount_msat = (isWhole ? amountMsat : more.amount_msat) ?? null;
    const payment: PaymentStep = { payment_hash: hash, status, from: node, to, ...more, amount_msat };
    this.#onHappening({ node, kind: 'payment', text: lineOf(payment), payment, data: { [topic]: params } });
  }
}

const key = (node: string, hash: string): string => `${node} ${hash}`;

const steps = ({ amountMsat, route, channels }: Part): Partial<PaymentStep> => ({
  amount_msat: amountMsat,
  route,
  channels,
});

/** The failure message that came back begins with its code. */
function failureName(message: unknown): string | undefined {
  const code = /^[0-9a-f]{4}/i.exec(text(message) ?? '')?.[0];
  return code === undefined ? undefined : ONION_FAILURES.get(Number.parseInt(code, 16));
}

/** `l1 pays l3 10sat by l2` */
function lineOf({ status, from, to, route, amount_msat, part, failed_at, failure, took_ms }: PaymentStep): string {
  const amount = amount_msat === null ? '' : ` ${formatMsat(BigInt(amount_msat))}`;
  const by = route && route.length > 2 ? ` by ${route.slice(1, -1).join(', ')}` : '';
  const who = `${from} pays ${to ?? 'somebody'}${amount}`;
  const why = `${failed_at ? ` at ${failed_at}` : ''}${failure ? `: ${failure}` : ''}`;
  const took = took_ms == null ? '' : ` after ${took_ms} ms`;
  switch (status) {
    case 'started':
      return `${who}${by}`;
    case 'part':
      if (took_ms === undefined) return `${who}, part ${part}${by}`;
      return failure === undefined
        ? `${who}, part ${part}: it arrived${took}`
        : `${who}, part ${part}: it failed${why}`;
    case 'complete':
      return `${from} has paid ${to ?? 'somebody'}${amount}${took}`;
    default:
      return `${from} could not pay ${to ?? 'somebody'}${amount}${why}`;
  }
}
