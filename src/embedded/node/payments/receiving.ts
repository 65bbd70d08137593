import type { JsonObject } from '../../../rpc/json-rpc.js';
import { sha256 } from '../../bitcoin/hashes.js';
import { bytesOf } from '../../bitcoin/hex.js';
import type { Context, HookAnswer, Log } from '../../context.js';
import type { ClaimableEvent } from '../../ldk/event-types.js';
import type { LiveChannel } from '../../ldk/live-channel.js';
import { FAILURE } from '../../ldk/failure-codes.js';
import type { LdkPayments } from '../../ldk/payments.js';
import { Records } from '../../store/records.js';
import type { Reader, Turn, Tx } from '../../store/turns.js';
import type { InvoiceRecord, Invoices } from './invoices.js';
import { htlcPayload } from './onion-payload.js';

const { INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS, TEMPORARY_NODE_FAILURE } = FAILURE;
/** The TLV in which keysends carry a text (as CLN's keysend plugin shows it). */
const KEYSEND_TEXT = '7629169';

export interface ReceivingParts {
  readonly store: Reader;
  readonly turn: Turn;
  readonly log: Log;
  readonly hooks: Pick<Context, 'ask' | 'hasHook'>;
  readonly ldk: Pick<LdkPayments, 'claim' | 'refuse'>;
  readonly invoices: Pick<Invoices, 'byHash' | 'createIn' | 'onPaid'>;
  readonly live: () => readonly LiveChannel[];
  readonly height: () => number;
}

/** Takes payments for us: asks the plugins first, as Core Lightning does. */
export class Receiving {
  readonly #parts: ReceivingParts;
  /** Payments that are neither taken nor refused yet: kept, so that hooks are asked again after a restart. */
  readonly #claimable: Records<ClaimableEvent>;
  /** By payment hash: what the plugins are asked about. */
  readonly #undecided = new Map<string, ClaimableEvent>();
  /** By payment hash: the plugin that is being asked by htlc_accepted. */
  readonly #asked = new Map<string, string>();

  constructor(parts: ReceivingParts) {
    this.#parts = parts;
    this.#claimable = new Records(parts.store, 'claimable/', ({ paymentHash }) => paymentHash);
  }

  onClaimable(tx: Tx, claimable: ClaimableEvent): void {
    this.#claimable.put(tx, claimable);
    this.#decideSoon(claimable);
  }

  /** Decides again on what was undecided when the daemon ended. */
  resume(): void {
    for (const claimable of this.#claimable.list()) this.#decideSoon(claimable);
  }

  /**
   * Decides on a payment of ours to ourselves, of which LDK knows nothing.
   *
   * @returns the preimage; undefined if it is refused
   */
  async decideOnOwn(paymentHash: string, amountMsat: number): Promise<string | undefined> {
    const { hooks, invoices } = this.#parts;
    const payable = (): InvoiceRecord | undefined => payableInvoice(invoices.byHash(paymentHash), amountMsat);
    const invoice = payable();
    if (!invoice) return undefined;
    if (hooks.hasHook('invoice_payment')) {
      const { label, preimage } = invoice;
      const answer = await hooks.ask('invoice_payment', {
        payment: { label, preimage, msat: amountMsat, extratlvs: [] },
      });
      if (isRejected(answer)) return undefined;
    }
    return payable()?.preimage;
  }

  onClaimed(tx: Tx, paymentHash: string, amountMsat: number): void {
    this.#forget(tx, paymentHash);
    this.#parts.invoices.onPaid(tx, paymentHash, amountMsat);
  }

  /** LDK failed a payment for us: one that is held too long, or a part too many of one that is still held. */
  onFailed(tx: Tx, paymentHash: string): void {
    const { log, height } = this.#parts;
    const claimable = this.#undecided.get(paymentHash);
    if (claimable && height() < (claimable.deadline ?? 0)) return;
    this.#forget(tx, paymentHash);
    if (claimable)
      log.unusual(`payment ${paymentHash} was failed back: it was held until its HTLC was about to expire`);
  }

  /** The plugin whose htlc_accepted hook a payment waits for, by its name. */
  heldBy(paymentHash: string): string | undefined {
    return this.#asked.get(paymentHash);
  }

  #forget(tx: Tx, paymentHash: string): void {
    this.#undecided.delete(paymentHash);
    this.#claimable.delete(tx, paymentHash);
  }

  #decideSoon(claimable: ClaimableEvent): void {
    const { paymentHash } = claimable;
    this.#undecided.set(paymentHash, claimable);
    this.#decide(claimable).catch((error: unknown) => {
      this.#parts.log.broken(`deciding on payment ${paymentHash}: ${String(error)}`);
      if (this.#undecided.get(paymentHash) === claimable) this.#refuse(paymentHash, TEMPORARY_NODE_FAILURE);
    });
  }

  /** Asks the plugins; resolves to undefined when their answer comes too late. */
  async #ask(hook: string, claimable: ClaimableEvent, payload: JsonObject): Promise<HookAnswer | undefined> {
    const { hooks, log } = this.#parts;
    const { paymentHash } = claimable;
    const isAsked = hook === 'htlc_accepted';
    const answer = await hooks.ask(hook, payload, (plugin) => void (isAsked && this.#asked.set(paymentHash, plugin)));
    this.#asked.delete(paymentHash);
    if (this.#undecided.get(paymentHash) === claimable) return answer;
    log.unusual(`${hook} hook: payment ${paymentHash} was failed back before it was decided`);
    return undefined;
  }

  async #decide(claimable: ClaimableEvent): Promise<void> {
    const { hooks, invoices, log, live, height, turn } = this.#parts;
    const { paymentHash, amountMsat, keysendPreimage, customTlvs } = claimable;
    if (hooks.hasHook('htlc_accepted')) {
      const answer = await this.#ask('htlc_accepted', claimable, htlcPayload(claimable, live(), height()));
      if (!answer) return;
      if (answer.result === 'resolve') {
        const preimage = String(answer['payment_key']);
        if (sha256(bytesOf(preimage)).toString('hex') === paymentHash) return this.#claim(paymentHash, preimage);
        log.broken(`htlc_accepted hook: payment_key ${preimage} is not the preimage of ${paymentHash}`);
        return this.#refuse(paymentHash, TEMPORARY_NODE_FAILURE);
      }
      if (answer.result === 'fail') return this.#refuse(paymentHash, failureCodeOf(answer['failure_message']));
    }
    if (keysendPreimage !== undefined && !invoices.byHash(paymentHash))
      void turn((tx) => this.#makeKeysendInvoice(tx, claimable, keysendPreimage));
    const known = invoices.byHash(paymentHash);
    const invoice = payableInvoice(known, amountMsat);
    if (!invoice) {
      log.debug(`refusing payment ${paymentHash}: ${known ? `invoice is ${known.status}` : 'no invoice'}`);
      return this.#refuse(paymentHash, INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS);
    }
    if (hooks.hasHook('invoice_payment')) {
      const extratlvs = customTlvs.map(([type, value]) => ({ type: Number(type), value }));
      const payment = { label: invoice.label, preimage: invoice.preimage, msat: amountMsat, extratlvs };
      const answer = await this.#ask('invoice_payment', claimable, { payment });
      if (!answer) return;
      if (isRejected(answer))
        return this.#refuse(
          paymentHash,
          failureCodeOf(answer['failure_message'], INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS),
        );
      // it may have been paid, or have expired, while the plugin thought
      if (invoices.byHash(paymentHash)?.status === 'paid')
        return this.#refuse(paymentHash, INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS);
    }
    this.#claim(paymentHash, invoice.preimage);
  }

  #claim(paymentHash: string, preimage: string): void {
    this.#undecided.delete(paymentHash);
    void this.#parts.turn(() => this.#parts.ldk.claim(preimage));
  }

  #refuse(paymentHash: string, code: number): void {
    void this.#parts.turn((tx) => {
      this.#forget(tx, paymentHash);
      this.#parts.ldk.refuse(paymentHash, code);
    });
  }

  #makeKeysendInvoice(tx: Tx, { amountMsat, customTlvs }: ClaimableEvent, preimage: string): void {
    const text = customTlvs.find(([type]) => type === KEYSEND_TEXT)?.[1];
    const words = text === undefined ? '' : `: ${Buffer.from(text, 'hex').toString('utf8')}`;
    const now = process.hrtime.bigint().toString();
    this.#parts.invoices.createIn(tx, {
      label: `keysend-${Math.floor(Date.now() / 1000)}.${now.slice(-9)}`,
      amountMsat: BigInt(amountMsat),
      description: `keysend${words}`,
      hashDescription: false,
      expirySeconds: 3600,
      preimage,
      cltv: undefined,
      routes: [],
      fallbacks: [],
    });
  }
}

/** The invoice, if such a payment can pay it. */
const payableInvoice = (invoice: InvoiceRecord | undefined, amountMsat: number): InvoiceRecord | undefined =>
  invoice?.status === 'unpaid' && amountFits(amountMsat, invoice.amountMsat) ? invoice : undefined;

/** Whether the `invoice_payment` hook refuses the payment. */
const isRejected = (answer: HookAnswer): boolean =>
  answer.result === 'reject' || answer['failure_message'] !== undefined;

/** BOLT #4: at least the amount, at most twice as much. */
const amountFits = (receivedMsat: number, wantedMsat: number | undefined): boolean =>
  wantedMsat === undefined || (receivedMsat >= wantedMsat && receivedMsat <= 2 * wantedMsat);

/** The failure code that a hook's hex message begins with. */
function failureCodeOf(message: unknown, byDefault: number = TEMPORARY_NODE_FAILURE): number {
  return typeof message === 'string' && /^[0-9a-fA-F]{4}/.test(message) ? parseInt(message.slice(0, 4), 16) : byDefault;
}
