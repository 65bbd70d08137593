import * as ldk from '#ldk';
import { hexOf } from '../bitcoin/hex.js';
import { isNull, ok, some } from './convert.js';
import type { Engine } from './engine.js';

/** What stands in a BOLT #12 offer, as far as LDK reads it. */
export interface Offer {
  readonly id: string;
  readonly amountMsat: bigint | undefined;
  readonly description: string | undefined;
  /** Seconds since 1970. */
  readonly expiresAt: bigint | undefined;
  readonly issuerId: string | undefined;
}

/** Reads a BOLT #12 offer; undefined if LDK cannot. */
export const readOffer = (engine: Engine, text: string): Offer | undefined =>
  engine.read(() => {
    const offer = ok<ldk.Offer>(ldk.Offer.constructor_from_str(text));
    if (!offer) return undefined;
    const amount = some<ldk.Amount>(offer.amount());
    const description = offer.description() as ldk.PrintableString | null;
    const issuerKey = offer.issuer_signing_pubkey();
    return {
      id: hexOf(offer.id().write()),
      amountMsat: amount instanceof ldk.Amount_Bitcoin ? amount.amount_msats : undefined,
      description: description && !isNull(description) ? description.get_a() : undefined,
      expiresAt: some<bigint>(offer.absolute_expiry()),
      issuerId: issuerKey[0] ? hexOf(issuerKey) : undefined,
    };
  });
