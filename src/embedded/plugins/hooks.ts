import { isObject, type JsonObject } from '../../rpc/json-rpc.js';
import type { HookAnswer, Log } from '../context.js';
import type { ManifestHook } from './manifest.js';
import { samePlugin } from './paths.js';

/** What a hook is: which answers it takes, and what of a payload its filters look at. */
interface HookRules {
  /** The `result`s that a plugin may answer, beside `continue`. */
  readonly results: readonly string[];
  /** Members that stand for an answer without `result`. */
  readonly instead?: readonly string[];
  readonly filter?: { readonly type: 'string' | 'number'; readonly of: (payload: JsonObject) => unknown };
  /** What later plugins are asked, after this one answered `continue` with more. */
  readonly amend?: (payload: JsonObject, answer: JsonObject) => JsonObject;
}

const NONE: HookRules = { results: [] };

/** Every hook of Core Lightning v26.06 (the schemas in its hook/*.json). Those of parts that ours lacks are never asked. */
export const HOOKS: ReadonlyMap<string, HookRules> = new Map<string, HookRules>([
  ['peer_connected', { results: ['disconnect'] }],
  ['openchannel', { results: ['reject'] }],
  ['htlc_accepted', { results: ['fail', 'resolve'], amend: amendHtlc }],
  ['invoice_payment', { results: ['reject'], instead: ['failure_message'] }],
  [
    'rpc_command',
    {
      results: [],
      instead: ['replace', 'return'],
      filter: { type: 'string', of: ({ rpc_command: request }) => isObject(request) && request['method'] },
    },
  ],
  ['custommsg', { results: [], filter: { type: 'number', of: ({ payload }) => messageType(payload) } }],
  ...[
    'commitment_revocation',
    'db_write',
    'onion_message_recv',
    'onion_message_recv_secret',
    'openchannel2',
    'openchannel2_changed',
    'openchannel2_sign',
    'rbf_channel',
    'recover',
  ].map((name) => [name, NONE] as const),
]);

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
  return filters === undefined || filters.includes(HOOKS.get(hook)?.filter?.of(payload));
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
  const rules = HOOKS.get(hook) ?? NONE;
  if (!isObject(answer)) return `the answer to ${hook} is no object: ${JSON.stringify(answer)}`;
  const { result } = answer;
  if (result === 'continue') return { last: false, answer };
  if (result !== undefined)
    return typeof result === 'string' && rules.results.includes(result)
      ? { last: true, answer }
      : `unknown result ${JSON.stringify(result)} of ${hook}`;
  return rules.instead?.some((name) => name in answer)
    ? { last: true, answer }
    : `the answer to ${hook} has no result: ${JSON.stringify(answer)}`;
}
