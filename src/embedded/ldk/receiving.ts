import * as ldk from '#ldk';
import type { JsonObject } from '../../rpc/json-rpc.js';
import type { HookAnswer } from '../context.js';
import { isNull, some, someScid } from './convert.js';
import { formatShortChannelId } from '../bitcoin/short-channel-id.js';
import { bytesOf, hexOf } from '../bitcoin/hex.js';
import { sha256 } from '../bitcoin/hashes.js';
import type { InvoiceRecord } from './invoices.js';
import type { Node } from './node.js';

/** A payment for us that is neither taken nor refused yet: kept, so that hooks are asked again after a restart. */
interface Claimable {
  readonly paymentHash: string;
  readonly amountMsat: number;
  /** The height at which LDK fails it back. */
  readonly deadline?: number | undefined;
  readonly channelId: string | undefined;
  /** Where the sender sent the preimage along. */
  readonly keysendPreimage: string | undefined;
  readonly paymentSecret: string | undefined;
  /** [type, hex] */
  readonly customTlvs: readonly (readonly [string, string])[];
}

const PREFIX = 'claimable/';
/** Failure codes of BOLT #4 that LDK can send for us. */
const INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS = 0x400f;
const TEMPORARY_NODE_FAILURE = 0x2002;
const REQUIRED_NODE_FEATURE_MISSING = 0x6003;
/** The TLV in which keysends carry a text (as CLN's keysend plugin shows it). */
const KEYSEND_TEXT = '7629169';

/** Takes payments for us: asks the plugins first, as Core Lightning does. */
export class Receiving {
  readonly #node: Node;
  /** By payment hash: what the plugins are asked about. */
  readonly #undecided = new Map<string, Claimable>();

  constructor(node: Node) {
    this.#node = node;
  }

  onClaimable(event: ldk.Event_PaymentClaimable): void {
    const { purpose, via_channel_id: via } = event;
    const keysend = purpose instanceof ldk.PaymentPurpose_SpontaneousPayment;
    const claimable: Claimable = {
      paymentHash: hexOf(event.payment_hash),
      amountMsat: Number(event.amount_msat),
      deadline: some<number>(event.claim_deadline),
      channelId: isNull(via) ? undefined : hexOf(via.get_a()),
      keysendPreimage: keysend ? hexOf(purpose.spontaneous_payment) : undefined,
      paymentSecret:
        purpose instanceof ldk.PaymentPurpose_Bolt11InvoicePayment ? hexOf(purpose.payment_secret) : undefined,
      customTlvs: event.onion_fields.custom_tlvs().map((tlv) => [String(tlv.get_a()), hexOf(tlv.get_b())] as const),
    };
    this.#node.store.putJson(PREFIX + claimable.paymentHash, claimable);
    this.#decideSoon(claimable);
  }

  /** Decides again on what was undecided when the daemon ended. */
  resume(): void {
    for (const key of this.#node.store.keys(PREFIX)) this.#decideSoon(this.#node.store.getJson<Claimable>(key)!);
  }

  /**
   * Decides on a payment of ours to ourselves, of which LDK knows nothing.
   *
   * @returns the preimage; undefined where it is refused
   */
  async decideOnOwn(paymentHash: string, amountMsat: number): Promise<string | undefined> {
    const { ctx, invoices } = this.#node;
    const payable = (): InvoiceRecord | undefined => payableInvoice(invoices.byHash(paymentHash), amountMsat);
    const invoice = payable();
    if (!invoice) return undefined;
    if (ctx.hasHook('invoice_payment')) {
      const { label, preimage } = invoice;
      const answer = await ctx.ask('invoice_payment', {
        payment: { label, preimage, msat: amountMsat, extratlvs: [] },
      });
      if (isRejected(answer)) return undefined;
    }
    return payable()?.preimage;
  }

  onClaimed(event: ldk.Event_PaymentClaimed): void {
    const hash = hexOf(event.payment_hash);
    this.#forget(hash);
    this.#node.invoices.paid(hash, Number(event.amount_msat));
  }

  /** LDK failed a payment for us: one that is held too long, or a part too many of one that is still held. */
  onFailed(event: ldk.Event_HTLCHandlingFailed): void {
    const failed = event.failed_next_destination;
    if (!(failed instanceof ldk.HTLCDestination_FailedPayment)) return;
    const hash = hexOf(failed.payment_hash);
    const claimable = this.#undecided.get(hash);
    if (claimable && this.#node.engine.best.height < (claimable.deadline ?? 0)) return;
    this.#forget(hash);
    if (claimable)
      this.#node.log.unusual(`payment ${hash} was failed back: it was held until its HTLC was about to expire`);
  }

  #forget(paymentHash: string): void {
    this.#undecided.delete(paymentHash);
    this.#node.store.delete(PREFIX + paymentHash);
  }

  #decideSoon(claimable: Claimable): void {
    const { paymentHash } = claimable;
    this.#undecided.set(paymentHash, claimable);
    this.#decide(claimable).catch((error: unknown) => {
      this.#node.log.broken(`deciding on payment ${paymentHash}: ${String(error)}`);
      if (this.#undecided.get(paymentHash) === claimable) this.#refuse(paymentHash, TEMPORARY_NODE_FAILURE);
    });
  }

  /** Asks the plugins; resolves to undefined when their answer comes too late. */
  async #ask(hook: string, claimable: Claimable, payload: JsonObject): Promise<HookAnswer | undefined> {
    const answer = await this.#node.ctx.ask(hook, payload);
    if (this.#undecided.get(claimable.paymentHash) === claimable) return answer;
    const { paymentHash } = claimable;
    this.#node.log.unusual(`${hook} hook: payment ${paymentHash} was failed back before it was decided`);
    return undefined;
  }

  async #decide(claimable: Claimable): Promise<void> {
    const { ctx } = this.#node;
    const { paymentHash } = claimable;
    if (ctx.hasHook('htlc_accepted')) {
      const answer = await this.#ask('htlc_accepted', claimable, this.#htlcPayload(claimable));
      if (!answer) return;
      if (answer.result === 'resolve') {
        const preimage = String(answer['payment_key']);
        if (sha256(bytesOf(preimage)).toString('hex') === paymentHash) return this.#claim(paymentHash, preimage);
        this.#node.log.broken(`htlc_accepted hook: payment_key ${preimage} is not the preimage of ${paymentHash}`);
        return this.#refuse(paymentHash, TEMPORARY_NODE_FAILURE);
      }
      if (answer.result === 'fail') return this.#refuse(paymentHash, failureCodeOf(answer['failure_message']));
    }
    if (claimable.keysendPreimage !== undefined) this.#makeKeysendInvoice(claimable, claimable.keysendPreimage);
    const known = this.#node.invoices.byHash(paymentHash);
    const invoice = payableInvoice(known, claimable.amountMsat);
    if (!invoice) {
      this.#node.log.debug(`refusing payment ${paymentHash}: ${known ? `invoice is ${known.status}` : 'no invoice'}`);
      return this.#refuse(paymentHash, INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS);
    }
    if (ctx.hasHook('invoice_payment')) {
      const extratlvs = claimable.customTlvs.map(([type, value]) => ({ type: Number(type), value }));
      const payment = { label: invoice.label, preimage: invoice.preimage, msat: claimable.amountMsat, extratlvs };
      const answer = await this.#ask('invoice_payment', claimable, { payment });
      if (!answer) return;
      if (isRejected(answer))
        return this.#refuse(
          paymentHash,
          failureCodeOf(answer['failure_message'], INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS),
        );
      // it may have been paid, or have expired, while the plugin thought
      if (this.#node.invoices.byHash(paymentHash)?.status === 'paid')
        return this.#refuse(paymentHash, INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS);
    }
    this.#claim(paymentHash, invoice.preimage);
  }

  #claim(paymentHash: string, preimage: string): void {
    const { engine } = this.#node;
    this.#undecided.delete(paymentHash);
    engine.guard(() => engine.manager.claim_funds_with_known_custom_tlvs(bytesOf(preimage)));
    void engine.schedule();
  }

  #refuse(paymentHash: string, code: number): void {
    const { engine } = this.#node;
    this.#forget(paymentHash);
    engine.guard(() => engine.manager.fail_htlc_backwards_with_reason(bytesOf(paymentHash), failureCode(code)));
    engine.forwardSoon();
    void engine.schedule();
  }

  #makeKeysendInvoice(claimable: Claimable, preimage: string): void {
    if (this.#node.invoices.byHash(claimable.paymentHash)) return;
    const text = claimable.customTlvs.find(([type]) => type === KEYSEND_TEXT)?.[1];
    const words = text === undefined ? '' : `: ${Buffer.from(text, 'hex').toString('utf8')}`;
    const now = process.hrtime.bigint().toString();
    this.#node.invoices.create({
      label: `keysend-${Math.floor(Date.now() / 1000)}.${now.slice(-9)}`,
      amountMsat: BigInt(claimable.amountMsat),
      description: `keysend${words}`,
      hashDescription: false,
      expirySeconds: 3600,
      preimage,
      cltv: undefined,
      routes: [],
    });
  }

  /** The payload of CLN's hook; LDK tells of a payment when all its HTLCs are there, so of several it has the sum. */
  #htlcPayload(claimable: Claimable): JsonObject {
    const { paymentHash, channelId, paymentSecret, amountMsat } = claimable;
    const live = this.#node.channels.live().find((c) => hexOf(c.get_channel_id().get_a()) === channelId);
    const htlc = live?.get_pending_inbound_htlcs().find((h) => hexOf(h.get_payment_hash()) === paymentHash);
    const scid = live && someScid(live.get_short_channel_id());
    const cltv = htlc?.get_cltv_expiry() ?? 0;
    const height = this.#node.engine.best.height;
    return {
      ...(live && { peer_id: hexOf(live.get_counterparty().get_node_id()) }),
      onion: {
        payload: onionPayload(claimable, cltv),
        type: 'tlv',
        forward_msat: amountMsat,
        outgoing_cltv_value: cltv,
        total_msat: amountMsat,
        ...(paymentSecret !== undefined && { payment_secret: paymentSecret }),
        next_onion: '',
        shared_secret: '00'.repeat(32),
      },
      htlc: {
        short_channel_id: scid === undefined ? '0x0x0' : formatShortChannelId(scid),
        id: Number(htlc?.get_htlc_id() ?? 0n),
        amount_msat: amountMsat,
        cltv_expiry: cltv,
        cltv_expiry_relative: Math.max(0, cltv - height),
        payment_hash: paymentHash,
      },
    };
  }
}

/** The invoice, where such a payment can pay it. */
const payableInvoice = (invoice: InvoiceRecord | undefined, amountMsat: number): InvoiceRecord | undefined =>
  invoice?.status === 'unpaid' && amountFits(amountMsat, invoice.amountMsat) ? invoice : undefined;

/** Whether the `invoice_payment` hook refuses the payment. */
const isRejected = (answer: HookAnswer): boolean =>
  answer.result === 'reject' || answer['failure_message'] !== undefined;

/** BOLT #4: at least the amount, at most twice as much. */
const amountFits = (receivedMsat: number, wantedMsat: number | undefined): boolean =>
  wantedMsat === undefined || (receivedMsat >= wantedMsat && receivedMsat <= 2 * wantedMsat);

/** The failure code that a hook's hex message begins with. */
function failureCodeOf(message: unknown, byDefault = TEMPORARY_NODE_FAILURE): number {
  return typeof message === 'string' && /^[0-9a-fA-F]{4}/.test(message) ? parseInt(message.slice(0, 4), 16) : byDefault;
}

function failureCode(code: number): ldk.FailureCode {
  if (code === INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS)
    return ldk.FailureCode.constructor_incorrect_or_unknown_payment_details();
  if (code === REQUIRED_NODE_FEATURE_MISSING) return ldk.FailureCode.constructor_required_node_feature_missing();
  return ldk.FailureCode.constructor_temporary_node_failure();
}

/** The TLV stream that the sender made for us (BOLT #4), as far as LDK tells of it. */
function onionPayload(claimable: Claimable, cltv: number): string {
  const fields: [bigint, Buffer][] = [
    [2n, tu64(BigInt(claimable.amountMsat))],
    [4n, tu64(BigInt(cltv))],
  ];
  if (claimable.paymentSecret !== undefined)
    fields.push([8n, Buffer.concat([Buffer.from(claimable.paymentSecret, 'hex'), tu64(BigInt(claimable.amountMsat))])]);
  if (claimable.keysendPreimage !== undefined)
    fields.push([5_482_373_484n, Buffer.from(claimable.keysendPreimage, 'hex')]);
  for (const [type, value] of claimable.customTlvs) fields.push([BigInt(type), Buffer.from(value, 'hex')]);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  const stream = Buffer.concat(
    fields.flatMap(([type, value]) => [bigSize(type), bigSize(BigInt(value.length)), value]),
  );
  return Buffer.concat([bigSize(BigInt(stream.length)), stream]).toString('hex');
}

function tu64(value: bigint): Buffer {
  const hex = value === 0n ? '' : value.toString(16);
  return Buffer.from(hex.padStart(Math.ceil(hex.length / 2) * 2, '0'), 'hex');
}

function bigSize(value: bigint): Buffer {
  if (value < 0xfdn) return Buffer.of(Number(value));
  const [prefix, bytes] = value < 0x1_0000n ? [0xfd, 2] : value < 0x1_0000_0000n ? [0xfe, 4] : [0xff, 8];
  return Buffer.from(prefix.toString(16) + value.toString(16).padStart(bytes * 2, '0'), 'hex');
}
