import type { Happening, HappeningKind } from '../api-types.js';

/** What the timeline shows; empty sets are all. */
export interface Filter {
  readonly nodes: ReadonlySet<string>;
  readonly kinds: ReadonlySet<HappeningKind>;
  readonly text: string;
}

export const EVERYTHING: Filter = { nodes: new Set(), kinds: new Set(), text: '' };

/** The kinds, as a person groups them. */
export const KINDS: readonly { readonly kind: HappeningKind; readonly label: string }[] = [
  { kind: 'payment', label: 'Payments' },
  { kind: 'htlc', label: 'HTLCs' },
  { kind: 'forward', label: 'Forwards' },
  { kind: 'invoice', label: 'Invoices' },
  { kind: 'channel', label: 'Channels' },
  { kind: 'connect', label: 'Connections' },
  { kind: 'block', label: 'Blocks' },
  { kind: 'node', label: 'Nodes' },
  { kind: 'plugin', label: 'Plugins' },
  { kind: 'command', label: 'Commands' },
  { kind: 'warning', label: 'Warnings' },
];

/** Whether something that happened is to be seen. Who disconnects is found under connections. */
export function passes(happening: Happening, { nodes, kinds, text }: Filter): boolean {
  const kind = happening.kind === 'disconnect' ? 'connect' : happening.kind;
  if (kinds.size > 0 && !kinds.has(kind)) return false;
  if (nodes.size > 0 && !involved(happening).some((name) => nodes.has(name))) return false;
  return text === '' || happening.text.toLowerCase().includes(text.toLowerCase());
}

/** The nodes that something is of. */
export const involved = ({ node, payment }: Happening): readonly string[] =>
  [node, payment?.from, payment?.to, ...(payment?.route ?? [])].filter((name) => typeof name === 'string');

/** A set with something put in or, where it was in, taken out. */
export function toggled<T>(set: ReadonlySet<T>, value: T): Set<T> {
  const copy = new Set(set);
  if (!copy.delete(value)) copy.add(value);
  return copy;
}
