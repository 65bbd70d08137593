import { formatMsat } from '../../core/amounts.js';
import type { JsonObject } from '../../rpc/json-rpc.js';
import type { Notification } from '../feed/feed.js';
import type { Names } from '../state/names.js';
import type { Part } from '../state/node-view.js';
import type { NewHappening } from './happening.js';

/** What of a node may be another after a notification. */
export const PARTS: { readonly [topic: string]: readonly Part[] } = {
  balance_snapshot: ['coins'],
  channel_open_failed: ['channels'],
  channel_opened: ['channels', 'coins'],
  channel_state_changed: ['channels', 'coins'],
  connect: ['channels'],
  disconnect: ['channels'],
  forward_event: ['channels'],
  invoice_payment: ['channels'],
  pay_part_start: ['channels'],
  pay_part_end: ['channels'],
  sendpay_failure: ['channels'],
  sendpay_success: ['channels'],
};

/** What a coin has moved in. */
export const partsMoved = ({ type }: JsonObject): readonly Part[] =>
  type === 'chain_mvt' ? ['coins', 'channels'] : ['channels'];

/** Ours is no plugin that anybody has started. */
const OWN_PLUGIN = 'web-feed';

type Translate = (params: JsonObject, node: string, names: Names) => Pick<NewHappening, 'kind' | 'text'> | undefined;

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const amount = (value: unknown): string => (value === undefined ? 'any amount' : formatMsat(BigInt(msatOf(value))));

/** An amount of a notification, in msat: a number, or as older versions have it, text. */
export const msatOf = (value: unknown): number => Number(String(value).replace(/msat$/, ''));

const TRANSLATE: { readonly [topic: string]: Translate } = {
  connect: ({ id, direction }, node, names) => ({
    kind: 'connect',
    text:
      direction === 'in'
        ? `${names.node(text(id))} has connected to ${node}`
        : `${node} has connected to ${names.node(text(id))}`,
  }),
  disconnect: ({ id }, node, names) => ({
    kind: 'disconnect',
    text: `${node} is no longer connected to ${names.node(text(id))}`,
  }),
  channel_opened: ({ id, funding_msat }, node, names) => ({
    kind: 'channel',
    text: `${node} has a channel of ${amount(funding_msat)} with ${names.node(text(id))}`,
  }),
  channel_open_failed: (_params, node) => ({ kind: 'channel', text: `a channel of ${node} came to nothing` }),
  channel_state_changed: ({ peer_id, old_state, new_state }, node, names) => ({
    kind: 'channel',
    text: `${node}'s channel with ${names.node(text(peer_id))}: ${old_state === undefined ? '' : `${text(old_state)} → `}${text(new_state)}`,
  }),
  invoice_creation: ({ label, msat }, node) => ({
    kind: 'invoice',
    text: `${node} makes the invoice ${text(label)} of ${amount(msat)}`,
  }),
  invoice_payment: ({ label, msat }, node) => ({
    kind: 'invoice',
    text: `${node} is paid ${amount(msat)} for the invoice ${text(label)}`,
  }),
  forward_event: (params, node, names) => ({ kind: 'forward', text: forwardText(params, node, names) }),
  warning: ({ log, source }, node) => ({ kind: 'warning', text: `${node}: ${text(source)}: ${text(log)}` }),
  plugin_started: (params, node) => plugin(params, `${node} runs the plugin`),
  plugin_stopped: (params, node) => plugin(params, `${node} runs no longer the plugin`),
};

function plugin({ plugin_name: name }: JsonObject, what: string): ReturnType<Translate> {
  return name === OWN_PLUGIN ? undefined : { kind: 'plugin', text: `${what} ${text(name)}` };
}

function forwardText(params: JsonObject, node: string, names: Names): string {
  const { in_channel, out_channel, in_msat, out_msat, status, failreason } = params;
  const end = (channel: unknown): string | undefined =>
    typeof channel === 'string' ? names.otherEnd(node, channel) : undefined;
  const way = `from ${end(in_channel) ?? 'somebody'} to ${end(out_channel) ?? 'somebody'}`;
  const what = msatOf(out_msat ?? in_msat) > 0 ? amount(out_msat ?? in_msat) : 'a payment';
  switch (status) {
    case 'offered':
      return `${node} forwards ${what} ${way}`;
    case 'settled':
      return `${node} has forwarded ${what} ${way}`;
    default:
      return `${node} could not forward ${what} ${way}${failreason === undefined ? '' : `: ${text(failreason)}`}`;
  }
}

/** What a notification says that is no part of a payment of the node's own; undefined where that is nothing to be told. */
export function translate({ node, topic, params }: Notification, names: Names): NewHappening | undefined {
  const told = TRANSLATE[topic]?.(params, node, names);
  return told && { node, ...told, data: { [topic]: params } };
}
