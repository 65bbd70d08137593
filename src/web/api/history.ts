import { Hono } from 'hono';
import type { AnyNode } from '../../nodes/implementations.js';
import { isObject, type JsonObject, type RpcParams } from '../../rpc/json-rpc.js';
import type { WebParts } from '../parts.js';
import { WebError } from '../web-error.js';
import type { WebEvent } from '../events/event-log.js';

/** How long a node may take to tell one thing, in ms. */
const ANSWER_MS = 5_000;

/** What all nodes know of one payment, or of one channel. */
export function historyRoutes({ playground, live }: WebParts): Hono {
  const app = new Hono();
  const each = async (seen: (node: AnyNode) => Promise<JsonObject>): Promise<JsonObject[]> =>
    await Promise.all(
      playground.nodes
        .filter(({ daemon }) => daemon.pid !== undefined && !daemon.isFrozen)
        .map(async (node) => ({ node: node.name, ...(await seen(node)) })),
    );

  app.get('/payments/:hash', async (c) => {
    const hash = c.req.param('hash').toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(hash))
      throw new WebError(400, 'USAGE', `${hash} is no payment hash`, { hint: 'a payment hash is 64 hex digits' });
    const happened = live.events.happenings.filter(({ data }) => data.includes(hash));
    return c.json({ payment_hash: hash, seen: await each((node) => paymentAt(node, hash, happened)) });
  });

  app.get('/channels/:id', async (c) => {
    const id = c.req.param('id').toLowerCase();
    if (!/^([0-9a-f]{64}|\d+x\d+x\d+)$/.test(id))
      throw new WebError(400, 'USAGE', `${id} is no channel`, {
        hint: 'give its short channel id, such as 103x1x0, or its channel id',
      });
    const known = live.collector.shown().channels.find((each) => [each.key, each.short_channel_id].includes(id));
    const ids = known ? [known.channel_id, known.short_channel_id] : [id];
    return c.json({ id, seen: await each((node) => channelAt(node, ids)) });
  });
  return app;
}

async function paymentAt(node: AnyNode, hash: string, happened: readonly WebEvent[]): Promise<JsonObject> {
  const by = { payment_hash: hash };
  const [invoices, payments, parts, channels, htlcs] = await Promise.all([
    list(node, 'listinvoices', by, 'invoices'),
    list(node, 'listpays', by, 'pays'),
    list(node, 'listsendpays', by, 'payments'),
    list(node, 'listpeerchannels', {}, 'channels'),
    list(node, 'listhtlcs', {}, 'htlcs'),
  ]);
  const pending = channels.flatMap(({ short_channel_id, htlcs: own }) =>
    (Array.isArray(own) ? own : []).filter(isObject).map((htlc): JsonObject => ({ short_channel_id, ...htlc })),
  );
  const through = htlcs.filter(({ payment_hash }) => payment_hash === hash);
  return {
    invoice: invoices[0] ?? null,
    payment: payments[0] ?? null,
    parts,
    forwards: forwardsOf(node.name, hash, happened),
    htlcs: [...pending.filter(({ payment_hash }) => payment_hash === hash), ...through],
  };
}

/** What the node has told us of a payment that went through it: its list of forwards has no hashes. */
const forwardsOf = (name: string, hash: string, happened: readonly WebEvent[]): unknown[] =>
  happened.flatMap(({ data }) => {
    const { node, data: told } = JSON.parse(data) as { node: string | null; data: { forward_event?: JsonObject } };
    return node === name && told.forward_event?.['payment_hash'] === hash ? [told.forward_event] : [];
  });

async function channelAt(node: AnyNode, ids: readonly (string | null)[]): Promise<JsonObject> {
  const shortId = ids.find((id) => id?.includes('x'));
  const [open, closed] = await Promise.all([
    list(node, 'listpeerchannels', {}, 'channels'),
    list(node, 'listclosedchannels', {}, 'closedchannels'),
  ]);
  const own = [...open, ...closed].find(
    ({ channel_id, short_channel_id }) =>
      ids.includes(channel_id as string) || ids.includes(short_channel_id as string),
  );
  const short_channel_id = shortId ?? own?.['short_channel_id'];
  const by = { short_channel_id } as RpcParams;
  const [gossip, inward, outward] =
    short_channel_id === undefined
      ? [[], [], []]
      : await Promise.all([
          list(node, 'listchannels', by, 'channels'),
          list(node, 'listforwards', { in_channel: short_channel_id }, 'forwards'),
          list(node, 'listforwards', { out_channel: short_channel_id }, 'forwards'),
        ]);
  return { peerchannel: own ?? null, gossip, forwards: [...inward, ...outward] };
}

/** A list that a node has; empty where it has no such method, or does not answer. */
async function list(node: AnyNode, method: string, params: RpcParams, member: string): Promise<JsonObject[]> {
  try {
    const reply = await node.rpc.call(method, params, { timeoutMs: ANSWER_MS });
    const all = isObject(reply) ? reply[member] : undefined;
    return Array.isArray(all) ? all.filter(isObject) : [];
  } catch {
    return [];
  }
}
