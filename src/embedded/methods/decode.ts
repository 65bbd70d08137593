import type { Offer } from '../ldk/offers.js';
import type { NodeParts } from '../node/parts.js';
import type { Method } from '../context.js';
import { Bolt11Error, decodeBolt11, payeeOf, withoutScheme, wordsText, type Bolt11 } from '../bitcoin/bolt11.js';
import { derOf } from '../bitcoin/curve.js';
import { addressOf, scriptOf, typeOf, type Fallback } from '../bitcoin/fallback.js';
import { formatShortChannelId } from '../bitcoin/short-channel-id.js';
import { hexOf } from '../bitcoin/hex.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { string_ } from '../rpc/params.js';

/** lightning-decode(7): BOLT #11 invoices, and BOLT #12 offers as far as LDK reads them. */
export const decodeMethods = ({ readOffer }: Pick<NodeParts, 'readOffer'>): readonly Method[] => [
  method({
    name: 'decode',
    category: 'utility',
    params: [{ name: 'string', type: string_, required: true }],
    handle: ({ string: text }) => {
      const bare = withoutScheme(text);
      return /^lno1/i.test(bare) ? decodeOffer(bare, readOffer(bare)) : decodeInvoice(bare);
    },
  }),
];

const unreadable = (text: string, why: string): RpcError =>
  new RpcError(CODE.INVALID_PARAMS, `string: ${why}: invalid token '${JSON.stringify(text).slice(0, 200)}'`);

function decodeInvoice(text: string): object {
  let invoice: Bolt11;
  try {
    invoice = decodeBolt11(text);
  } catch (error) {
    if (error instanceof Bolt11Error) throw unreadable(text, /^ln/i.test(text) ? error.message : 'Unparsable string');
    throw error;
  }
  const payee = payeeOf(invoice);
  if (payee === undefined) throw unreadable(text, 'signature recovery failed');
  if (invoice.paymentHash === undefined) throw unreadable(text, 'payment_hash missing');
  return {
    type: 'bolt11 invoice',
    currency: invoice.currency,
    created_at: invoice.createdAt,
    expiry: invoice.expirySeconds,
    payee,
    ...(invoice.amountMsat !== undefined && { amount_msat: invoice.amountMsat }),
    ...(invoice.description !== undefined && { description: invoice.description }),
    ...(invoice.descriptionHash !== undefined && { description_hash: invoice.descriptionHash }),
    min_final_cltv_expiry: invoice.minFinalCltv,
    ...(invoice.paymentSecret !== undefined && { payment_secret: invoice.paymentSecret }),
    ...(invoice.features && { features: hexOf(invoice.features) }),
    ...(invoice.metadata !== undefined && { payment_metadata: invoice.metadata }),
    ...(invoice.fallbacks.length > 0 && {
      fallbacks: invoice.fallbacks.map((fallback) => describeFallback(fallback, invoice.currency)),
    }),
    ...(invoice.routes.length > 0 && {
      routes: invoice.routes.map((route) =>
        route.map((hop) => ({
          pubkey: hop.nodeId,
          short_channel_id: formatShortChannelId(hop.shortChannelId),
          fee_base_msat: hop.feeBaseMsat,
          fee_proportional_millionths: hop.feeProportionalMillionths,
          cltv_expiry_delta: hop.cltvExpiryDelta,
        })),
      ),
    }),
    ...(invoice.unknown.length > 0 && {
      extra: invoice.unknown.map(({ tag, words }) => ({ tag, data: wordsText(words) })),
    }),
    payment_hash: invoice.paymentHash,
    signature: hexOf(derOf(invoice.signature)),
    valid: true,
  };
}

const describeFallback = (fallback: Fallback, currency: string): object => ({
  type: typeOf(fallback),
  addr: addressOf(fallback, currency),
  hex: hexOf(scriptOf(fallback)),
});

function decodeOffer(text: string, offer: Offer | undefined): object {
  if (!offer) throw unreadable(text, 'Invalid bolt12 offer');
  const { id, amountMsat, description, expiresAt, issuerId } = offer;
  return {
    type: 'bolt12 offer',
    offer_id: id,
    ...(amountMsat !== undefined && { offer_amount_msat: amountMsat }),
    ...(description !== undefined && { offer_description: description }),
    ...(expiresAt !== undefined && { offer_absolute_expiry: expiresAt }),
    ...(issuerId !== undefined && { offer_issuer_id: issuerId }),
    valid: true,
  };
}
