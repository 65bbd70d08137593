#!/usr/bin/env node
import { Plugin, RpcError } from './lightning-plugin.js';

const RANDOM_BYTES = 8;
const DEFAULT_MAX_MSAT = 1000;

const plugin = new Plugin();

plugin.method('getword', 'url [max_msat]', async (params) => {
  const [url, maxMsat = DEFAULT_MAX_MSAT] = Array.isArray(params) ? params : [params.url, params.max_msat];
  if (typeof url !== 'string' || !URL.canParse(url)) throw new RpcError(-32602, `url: not a URL: ${url}`);
  if (!(Number(maxMsat) > 0)) throw new RpcError(-32602, `max_msat: not an amount: ${maxMsat}`);
  const bolt11 = await fetchInvoice(url);
  const { valid, amount_msat: amountMsat } = await plugin.rpc('decode', { string: bolt11 });
  if (!valid) throw new RpcError(-1, `${url} gave no valid invoice: ${bolt11}`);
  // An invoice is what a stranger wants of us: look at the amount before paying it.
  if (amountMsat === undefined) throw new RpcError(-1, 'the invoice names no amount');
  if (amountMsat > maxMsat) throw new RpcError(-1, `the invoice is for ${amountMsat} msat: more than ${maxMsat}`);
  const { payment_preimage: preimage } = await plugin.rpc('pay', { bolt11 });
  const word = Buffer.from(preimage, 'hex').subarray(RANDOM_BYTES).toString().replace(/\0+$/, '');
  return { word, paid_msat: amountMsat, payment_preimage: preimage };
});

async function fetchInvoice(url) {
  const response = await fetch(url).catch((error) => {
    throw new RpcError(-1, `${url} cannot be reached: ${error.cause?.message ?? error.message}`);
  });
  const text = await response.text();
  if (!response.ok) throw new RpcError(-1, `${url} answered ${response.status}: ${text.trim()}`);
  return text.trim();
}

plugin.run();
