import { basename } from 'node:path';
import { LnPlayError } from '../../core/errors.js';
import { isObject, type RpcParams } from '../../rpc/json-rpc.js';
import { LightningRpcError } from '../../rpc/lightning-socket.js';
import { runAlone, STARTUP_TIMEOUT_MS, type CheckOptions } from '../check/check.js';
import type { Conversation } from '../check/conversation.js';
import type { Manifest } from '../../cln/manifest.js';
import { checkError } from '../check/report.js';
import { logLines, type SeenMessage } from '../messages.js';
import { formatMs } from '../text.js';

export type CallOptions = Omit<CheckOptions, 'depth'> & {
  /** How long the method itself may take, in ms. */
  readonly callTimeoutMs?: number;
};

/** What came of calling a plugin without a node. */
export interface CallResult {
  /** Its answer; undefined for a notification, which has none. */
  readonly result: unknown;
  /** From the request to the answer, in ms. */
  readonly ms: number;
  /** What it logged from its start on. */
  readonly logs: readonly { readonly level: string; readonly line: string }[];
  readonly stderr: readonly string[];
  readonly messages: readonly SeenMessage[];
}

/** How long after a notification a plugin may go on, once its standard input is closed, in ms. */
const AFTER_NOTIFICATION_MS = 2_000;

/**
 * Calls a method of a plugin, asks one of its hooks, or tells it of something that it subscribed to, without a node: the
 * RPCs that it makes are answered by a stub.
 *
 * @param method one that its manifest names
 * @throws {LnPlayError} PLUGIN when it does not start, dies or is silent; USAGE when it has no such method
 * @throws {LightningRpcError} when it answers with an error
 */
export async function callPlugin(
  file: string,
  method: string,
  params: RpcParams,
  options: CallOptions = {},
): Promise<CallResult> {
  let answer: Pick<CallResult, 'result' | 'ms'> | undefined;
  const report = await runAlone(file, options, async (plugin, manifest) => {
    answer = await call(plugin, manifest, basename(file), method, params, options.callTimeoutMs ?? STARTUP_TIMEOUT_MS);
  });
  if (!answer) throw checkError(report);
  return { ...answer, logs: logsIn(report.messages), stderr: report.stderr, messages: report.messages };
}

async function call(
  plugin: Conversation,
  manifest: Manifest,
  name: string,
  method: string,
  params: RpcParams,
  timeoutMs: number,
): Promise<Pick<CallResult, 'result' | 'ms'>> {
  const { methods, hooks, subscriptions } = manifest;
  const named = [...methods, ...hooks].some((each) => each.name === method);
  if (!named) {
    if (!subscriptions.includes(method) && !subscriptions.includes('*')) throw noSuchMethod(name, method, manifest);
    plugin.notify(method, params);
    const { ms } = await plugin.end(AFTER_NOTIFICATION_MS, ['stdin']);
    return { result: undefined, ms };
  }
  const reply = await plugin.request(method, params, timeoutMs);
  if (reply.kind === 'result') return reply;
  if (reply.kind === 'error') throw new LightningRpcError(name, method, reply.error);
  if (reply.kind === 'broken')
    throw new LnPlayError('PLUGIN', `${name}: before it answered ${method}, ${reply.finding.text}`, {
      hint: reply.finding.hint,
      details: reply.finding.details ?? [],
    });
  throw new LnPlayError('PLUGIN', `${name} did not answer ${method} within ${formatMs(reply.ms)}`, {
    hint: reply.hint,
    details: plugin.stderr.slice(-10),
  });
}

function noSuchMethod(name: string, method: string, { methods, hooks, subscriptions }: Manifest): LnPlayError {
  const there = [
    ['methods', methods.map((each) => each.name)],
    ['hooks', hooks.map((each) => each.name)],
    ['subscriptions', subscriptions],
  ] as const;
  const has = there.filter(([, names]) => names.length > 0).map(([what, names]) => `${what}: ${names.join(', ')}`);
  return new LnPlayError('USAGE', `${name} has no method, hook or subscription ${JSON.stringify(method)}`, {
    hint: has.length > 0 ? `it has ${has.join('; ')}` : 'its manifest names none at all',
  });
}

function logsIn(messages: readonly SeenMessage[]): CallResult['logs'] {
  return messages.flatMap(({ from, kind, method, message }) => {
    if (from !== 'plugin' || kind !== 'notification' || method !== 'log' || !isObject(message)) return [];
    const { level, lines } = logLines(message);
    return lines.map((line) => ({ level, line }));
  });
}
