import { HOOKS } from '../../cln/hooks.js';
import { isObject, type JsonObject } from '../../rpc/json-rpc.js';
import type { HookAnswer, Log } from '../context.js';
import type { ManifestHook } from '../../cln/manifest.js';
import { samePlugin } from './paths.js';

/** What the filters of a hook look at in its payload. */
const FILTERED: { readonly [hook: string]: (payload: JsonObject) => unknown } = {
  rpc_command: ({ rpc_command: request }) => isObject(request) && request['method'],
  custommsg: ({ payload }) => messageType(payload),
};

/** What later plugins are asked, after one answered `continue` with more. */
export const AMENDED: { readonly [hook: string]: (payload: JsonObject, answer: JsonObject) => JsonObject } = {
  htlc_accepted: amendHtlc,
};

/** A custom message's type: its first two bytes. */
const messageType = (payload: unknown): number => Number.parseInt(String(payload).slice(0, 4), 16);

/** A plugin may hand on another onion payload. */
function amendHtlc(payload: JsonObject, answer: JsonObject): JsonObject {
  const { onion } = payload;
  return 'payload' in answer && isObject(onion)
    ? { ...payload, onion: { ...onion, payload: answer['payload'] } }
    : payload;
}

/** Who asked for a hook, as far as the order is concerned. */
export interface HookUser {
  readonly path: string;
  readonly log: Log;
}

interface Node<U> {
  readonly user: U;
  readonly next: Set<Node<U>>;
  waitsFor: number;
}

/**
 * The order in which plugins are asked: as they were started, but for what `before` and `after` say.
 *
 * @returns the order, and those whose wishes contradict each other
 */
export function orderHookUsers<U extends HookUser>(
  hook: string,
  users: readonly { readonly user: U; readonly wishes: ManifestHook }[],
): { readonly ordered: readonly U[]; readonly impossible: readonly U[] } {
  const nodes = users.map(({ user }): Node<U> => ({ user, next: new Set(), waitsFor: 0 }));
  const link = (first: Node<U>, second: Node<U>): void => {
    if (first.next.has(second)) return;
    first.next.add(second);
    second.waitsFor++;
  };
  for (const [i, { user, wishes }] of users.entries()) {
    const own = nodes[i]!;
    for (const side of ['before', 'after'] as const)
      for (const name of wishes[side]) {
        const other = nodes.find((node) => samePlugin(node.user.path, name));
        if (!other) user.log.debug(`hook ${hook} ${side} unknown plugin ${name}`);
        else if (side === 'before') link(own, other);
        else link(other, own);
      }
  }
  const ordered: U[] = [];
  const left = new Set(nodes);
  for (;;) {
    const ready = Array.from(left).find(({ waitsFor }) => waitsFor === 0);
    if (!ready) break;
    left.delete(ready);
    ordered.push(ready.user);
    for (const node of ready.next) node.waitsFor--;
  }
  return { ordered, impossible: Array.from(left, ({ user }) => user) };
}

/** Whether a plugin that gave these filters wants to be asked. */
export function passesFilters(hook: string, { filters }: ManifestHook, payload: JsonObject): boolean {
  return filters === undefined || filters.includes(FILTERED[hook]?.(payload));
}

/**
 * What an answer of a plugin to a hook is: `continue`, perhaps with more, or the last word.
 *
 * @returns a text where it is neither: what is wrong with it
 */
export function readAnswer(
  hook: string,
  answer: unknown,
): { readonly last: boolean; readonly answer: HookAnswer } | string {
  const rules = HOOKS.get(hook);
  if (!isObject(answer)) return `the answer to ${hook} is no object: ${JSON.stringify(answer)}`;
  const { result } = answer;
  if (result === 'continue') return { last: false, answer };
  if (result !== undefined)
    return typeof result === 'string' && rules?.results.includes(result)
      ? { last: true, answer }
      : `unknown result ${JSON.stringify(result)} of ${hook}`;
  return rules?.instead?.some((name) => name in answer)
    ? { last: true, answer }
    : `the answer to ${hook} has no result: ${JSON.stringify(answer)}`;
}
