#!/usr/bin/env node
import { Plugin, RpcError } from './lightning-plugin.js';

/** By its label we know an invoice of ours again, after a restart too: then lightningd asks again for what is held. */
const LABEL_PREFIX = 'hold-';

/** BOLT #4: incorrect_or_unknown_payment_details, which tells the payer no more than an unknown invoice would. */
const INCORRECT_DETAILS = 0x400f;

const plugin = new Plugin();

/** What is held, by payment hash: a payment may come in several parts. */
const held = new Map();

plugin.method('hold-invoice', 'amount_msat label description', async (params) => {
  const [amount_msat, label, description] = required(params, 'amount_msat', 'label', 'description');
  return await plugin.rpc('invoice', { amount_msat, label: `${LABEL_PREFIX}${label}`, description });
});

plugin.hook('htlc_accepted', async ({ htlc, forward_to: forwardTo }) => {
  if (forwardTo !== undefined) return { result: 'continue' };
  const { payment_hash: hash } = htlc;
  const { invoices } = await plugin.rpc('listinvoices', { payment_hash: hash });
  if (!invoices[0]?.label.startsWith(LABEL_PREFIX)) return { result: 'continue' };
  plugin.log(`holding ${htlc.amount_msat} msat for ${invoices[0].label} (${hash})`);
  return await new Promise((answer) => held.set(hash, [...(held.get(hash) ?? []), { htlc, answer }]));
});

plugin.method('hold-list', '', () => ({
  held: Array.from(held, ([payment_hash, parts]) => ({
    payment_hash,
    amount_msat: parts.reduce((sum, { htlc }) => sum + htlc.amount_msat, 0),
    parts: parts.length,
    // Before this height we must decide, or the payer's node closes the channel to get its money back.
    cltv_expiry: Math.min(...parts.map(({ htlc }) => htlc.cltv_expiry)),
  })),
}));

plugin.method('settle', 'payment_hash', (params) => release(params, () => ({ result: 'continue' })));

plugin.method('cancel', 'payment_hash', async (params) => {
  const { blockheight } = await plugin.rpc('getinfo');
  return release(params, ({ htlc }) => ({ result: 'fail', failure_message: incorrectDetails(htlc, blockheight) }));
});

function release(params, decide) {
  const [hash] = required(params, 'payment_hash');
  const parts = held.get(hash);
  if (!parts) throw new RpcError(-32602, `nothing is held for payment_hash ${hash}`);
  held.delete(hash);
  for (const part of parts) part.answer(decide(part));
  return { payment_hash: hash, parts: parts.length };
}

/** The parameters of a call, which may come by position or by name, as lightningd's own methods read theirs. */
function required(params, ...names) {
  return names.map((name, index) => {
    const value = Array.isArray(params) ? params[index] : params[name];
    if (value === undefined) throw new RpcError(-32602, `missing required parameter: ${name}`);
    return value;
  });
}

function incorrectDetails({ amount_msat: amountMsat }, blockheight) {
  const message = Buffer.alloc(14);
  message.writeUInt16BE(INCORRECT_DETAILS, 0);
  message.writeBigUInt64BE(BigInt(amountMsat), 2);
  message.writeUInt32BE(blockheight, 10);
  return message.toString('hex');
}

plugin.run();
