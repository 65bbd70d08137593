import type { Json, NodeDetails } from '../api-types.js';
import { short, textOf } from '../format/ids.js';
import { moment } from '../format/times.js';

/** What a column shows of a row; amounts are msat. */
export interface Column {
  readonly label: string;
  readonly key: string;
  readonly is?: 'amount' | 'time' | 'id' | 'file';
}

type Listed = 'channels' | 'funds' | 'invoices' | 'payments' | 'forwards' | 'peers' | 'plugins' | 'processes';

/** What is shown of the lists that a node has, as lightningd's own replies call it. */
export const COLUMNS: Readonly<Record<Listed, readonly Column[]>> = {
  channels: [
    { label: 'Channel', key: 'short_channel_id' },
    { label: 'State', key: 'state' },
    { label: 'Ours', key: 'to_us_msat', is: 'amount' },
    { label: 'Of', key: 'total_msat', is: 'amount' },
  ],
  funds: [
    { label: 'Output', key: 'txid', is: 'id' },
    { label: 'Status', key: 'status' },
    { label: 'Block', key: 'blockheight' },
    { label: 'Amount', key: 'amount_msat', is: 'amount' },
  ],
  invoices: [
    { label: 'Description', key: 'description' },
    { label: 'Status', key: 'status' },
    { label: 'Amount', key: 'amount_msat', is: 'amount' },
    { label: 'Expires', key: 'expires_at', is: 'time' },
  ],
  payments: [
    { label: 'Payment', key: 'payment_hash', is: 'id' },
    { label: 'Status', key: 'status' },
    { label: 'Sent', key: 'amount_sent_msat', is: 'amount' },
    { label: 'At', key: 'created_at', is: 'time' },
  ],
  forwards: [
    { label: 'In', key: 'in_channel' },
    { label: 'Out', key: 'out_channel' },
    { label: 'Status', key: 'status' },
    { label: 'Amount', key: 'in_msat', is: 'amount' },
    { label: 'Fee', key: 'fee_msat', is: 'amount' },
  ],
  peers: [
    { label: 'Peer', key: 'id', is: 'id' },
    { label: 'Connected', key: 'connected' },
    { label: 'Address', key: 'netaddr' },
  ],
  plugins: [
    { label: 'Plugin', key: 'name', is: 'file' },
    { label: 'Runs', key: 'active' },
    { label: 'Can be stopped', key: 'dynamic' },
  ],
  processes: [
    { label: 'Pid', key: 'pid' },
    { label: 'Command', key: 'command' },
    { label: 'For', key: 'purpose' },
    { label: 'CPU %', key: 'cpu' },
    { label: 'kB', key: 'memory_kb' },
  ],
};

/** The rows of a list of a node, the newest first where it grows. */
export function rowsOf(
  details: NodeDetails,
  list: Listed,
): readonly Json[] | { readonly error: { message: string; hint?: string } } {
  const part = details[list];
  if ('error' in part) return part as { error: { message: string; hint?: string } };
  if (list === 'funds') return ((part as Json)['outputs'] ?? []) as readonly Json[];
  const rows = part as readonly Json[];
  return ['invoices', 'payments', 'forwards'].includes(list) ? rows.toReversed() : rows;
}

/** A cell of a table, but amounts: these are for the unit that is chosen. */
export function cellOf(row: Json, { key, is }: Column): string {
  const value = row[key];
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (is === 'id') return short(textOf(value));
  if (is === 'file') return textOf(value).split('/').at(-1)!;
  if (is === 'time' && typeof value === 'number') return moment(value * 1000);
  return Array.isArray(value) ? value.map(textOf).join(', ') : textOf(value);
}
