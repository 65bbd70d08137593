import type { ClientMessage } from '../plugins/rpc-trace/proxy.js';
import type { SeenMessage } from '../plugins/messages.js';
import type { JsonObject } from '../rpc/json-rpc.js';
import { listOption, type CommandContext } from './context.js';
import type { Output } from './output.js';

/** Who stands on the left, the same for both directions. */
const SIDES = { plugin: 'node → plugin', node: 'client → node', client: 'client ← node' } as const;

/** One message on a line: time, direction, method, id, latency, and what it says; or with `pretty`, that below it. */
export function renderMessage(seen: SeenMessage | ClientMessage, { style }: Output, { pretty = false } = {}): string {
  const { dim, cyan, green, red, yellow, bold } = style;
  const colour = { request: cyan, notification: yellow, result: green, error: red, invalid: red }[seen.kind];
  const time = new Date(seen.time).toISOString().slice(11, 23);
  const head = [
    dim(time),
    ...('client' in seen ? [dim(`#${seen.client}`)] : []),
    seen.from === 'plugin' ? 'node ← plugin' : SIDES[seen.to],
    colour(seen.kind.padEnd(12)),
    bold(seen.method ?? '-'),
    ...(seen.id === undefined ? [] : [dim(typeof seen.id === 'string' ? seen.id : JSON.stringify(seen.id))]),
    ...(seen.latencyMs === undefined ? [] : [dim(`${seen.latencyMs.toFixed(1)} ms`)]),
  ].join(' ');
  return pretty ? `${head}\n${indent(seen.message)}` : `${head} ${JSON.stringify(payloadOf(seen))}`;
}

/** One message as a tool reads it. */
export function messageJson(seen: SeenMessage | ClientMessage): JsonObject {
  const { time, from, to, kind, method, id, latencyMs, message } = seen;
  return {
    time: new Date(time).toISOString(),
    ...('client' in seen && { client: seen.client }),
    from,
    to,
    kind,
    ...(method !== undefined && { method }),
    ...(id !== undefined && { id }),
    ...(latencyMs !== undefined && { latency_ms: Number(latencyMs.toFixed(3)) }),
    message,
  };
}

/** What a message says beyond its envelope. */
function payloadOf({ kind, message }: SeenMessage): unknown {
  const { params, result, error } = message as JsonObject;
  return { request: params, notification: params, result, error, invalid: message }[kind] ?? null;
}

const indent = (message: unknown): string =>
  JSON.stringify(message, null, 2)
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');

/** Prints messages as they come: a line each, or one JSON object a line; of the methods of `--method` alone. */
export function messagePrinter(context: CommandContext): (message: SeenMessage | ClientMessage) => void {
  const { options, out } = context;
  const methods = new Set(listOption(context, 'method'));
  const pretty = options['pretty'] === true;
  return (message) => {
    if (methods.size > 0 && !methods.has(message.method ?? '')) return;
    out.write(`${out.json ? JSON.stringify(messageJson(message)) : renderMessage(message, out, { pretty })}\n`);
  };
}
