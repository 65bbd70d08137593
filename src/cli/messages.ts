import type { SeenMessage } from '../plugins/messages.js';
import type { JsonObject } from '../rpc/json-rpc.js';
import type { Output } from './output.js';

const ARROWS = { node: '→', plugin: '←', client: '→' } as const;

/** One message on a line: time, direction, method, id, latency, and what it says; or with `pretty`, that below it. */
export function renderMessage(seen: SeenMessage, { style }: Output, { pretty = false } = {}): string {
  const { dim, cyan, green, red, yellow, bold } = style;
  const colour = { request: cyan, notification: yellow, result: green, error: red, invalid: red }[seen.kind];
  const time = new Date(seen.time).toISOString().slice(11, 23);
  const head = [
    dim(time),
    `${seen.from} ${ARROWS[seen.from]} ${seen.to}`.padEnd(15),
    colour(seen.kind.padEnd(12)),
    bold(seen.method ?? '-'),
    ...(seen.id === undefined ? [] : [dim(typeof seen.id === 'string' ? seen.id : JSON.stringify(seen.id))]),
    ...(seen.latencyMs === undefined ? [] : [dim(`${seen.latencyMs.toFixed(1)} ms`)]),
  ].join(' ');
  return pretty ? `${head}\n${indent(seen.message)}` : `${head} ${JSON.stringify(payloadOf(seen))}`;
}

/** One message as a tool reads it. */
export const messageJson = ({ time, from, to, kind, method, id, latencyMs, message }: SeenMessage): JsonObject => ({
  time: new Date(time).toISOString(),
  from,
  to,
  kind,
  ...(method !== undefined && { method }),
  ...(id !== undefined && { id }),
  ...(latencyMs !== undefined && { latency_ms: Number(latencyMs.toFixed(3)) }),
  message,
});

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
