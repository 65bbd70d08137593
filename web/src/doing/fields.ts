import type { Command, State } from '../api-types.js';

/** What is to be chosen from, for something that a command takes. */
export type Field =
  | { readonly is: 'choice'; readonly values: readonly string[] }
  | { readonly is: 'invoice' }
  | { readonly is: 'text'; readonly like: string };

/** How an argument, or an option's value, is given: by the name that stands for it in the usage. */
export function fieldOf(name: string, { nodes, channels, snapshots }: State): Field {
  const names = nodes.map((node) => node.name);
  if (['node', 'from', 'to'].includes(name)) return { is: 'choice', values: names };
  if (name === 'daemon') return { is: 'choice', values: [...names, 'bitcoind'] };
  if (name === 'snapshot') return { is: 'choice', values: snapshots.map((snapshot) => snapshot.name) };
  if (name === 'channel')
    return {
      is: 'choice',
      values: channels.map(({ short_channel_id }) => short_channel_id).filter((id) => id !== null),
    };
  if (name === 'bolt11') return { is: 'invoice' };
  return { is: 'text', like: LIKE[name] ?? '' };
}

const LIKE: Readonly<Record<string, string>> = {
  amount: '0.01btc, 50000sat',
  msat: '10sat, or any',
  blocks: '1',
  duration: '30s',
  feerate: '253perkw, 2000perkb',
  perkw: '5000perkw, 20000perkb',
  groups: 'alice,bob',
  file: '/home/me/plugin.py',
  description: 'a coffee',
};

/** What is filled in at first: what is known, and what there is only one of. */
export function beginning(command: Command, given: readonly string[], state: State): (string | readonly string[])[] {
  return command.args.map(({ name, required, many }, index) => {
    if (many) return given.slice(index);
    const value = given[index];
    if (value !== undefined) return value;
    const field = fieldOf(name, state);
    if (field.is !== 'choice' || !required) return '';
    const left = field.values.filter((each) => !given.includes(each));
    return left.length === 1 ? left[0]! : '';
  });
}
