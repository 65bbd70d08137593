import type { ChannelState, NodeState, State } from '../api-types.js';
import { view, type MenuItem } from '../live/view.svelte.js';

/** An entry that opens a command's form, with what is known filled in. */
const does = (
  label: string,
  command: string,
  args: readonly string[] = [],
  options: Record<string, string | boolean> = {},
): MenuItem => ({
  label,
  do: () => view.run(command, args, options),
});

const apart = (item: MenuItem): MenuItem => ({ ...item, apart: true });

/** What one does with a node. */
export function nodeMenu({ name, state }: NodeState, { read_only }: Pick<State, 'read_only'>): readonly MenuItem[] {
  const look: MenuItem[] = [
    { label: 'Show', do: () => view.show({ of: 'node', name }) },
    { label: 'RPC console', do: () => (view.console = { node: name }), disabled: state !== 'running' },
    { label: 'Log', do: () => view.show({ of: 'node', name, tab: 'log' }) },
  ];
  if (read_only) return look;
  if (state === 'frozen') return [...look, apart(does('Thaw', 'thaw', [name]))];
  if (state !== 'running') return [...look, apart(does('Start again', 'restart', [name]))];
  return [
    ...look,
    apart(does('Make an invoice', 'invoice', [name])),
    does('Pay an invoice', 'pay', [name]),
    { label: 'Send without an invoice', do: () => (view.console = { node: name, method: 'keysend' }) },
    apart(does('Open a channel', 'open', [name])),
    does('Connect to a node', 'connect', [name]),
    does('Fund its wallet', 'fund', [name]),
    does('Start a plugin', 'plugin start', [name]),
    apart(does('Restart', 'restart', [name])),
    does('Freeze', 'freeze', [name]),
    does('Crash', 'crash', [name]),
    does('Cut off from the others', 'partition', [name]),
    does('Slow down a link', 'link', [name]),
  ];
}

/** What one does with a channel. */
export function channelMenu({ key, from, to, short_channel_id }: ChannelState): readonly MenuItem[] {
  const show: MenuItem = { label: 'Show', do: () => view.show({ of: 'channel', key }) };
  const options: Record<string, string> = short_channel_id === null ? {} : { channel: short_channel_id };
  return [
    show,
    apart(does('Even the balances', 'balance', [from, to])),
    does('Latency', 'link', [from, to]),
    apart(does('Close', 'close', [from, to], options)),
    does('Close by force', 'close', [from, to], { ...options, force: true }),
  ];
}

/** What one does with the chain and the playground. */
export function chainMenu({ read_only, background }: Pick<State, 'read_only' | 'background'>): readonly MenuItem[] {
  if (read_only)
    return [{ label: 'This page only shows: it was started with --read-only', do: () => undefined, disabled: true }];
  const runs = new Set(background.map(({ name }) => name));
  return [
    does('Mine a block', 'mine', ['1']),
    runs.has('mining')
      ? does('Stop mining by the clock', 'mine', [], { stop: true })
      : does('Mine by the clock', 'mine', [], { every: '30s' }),
    does('Reorganise', 'reorg', ['1']),
    does('Feerate', 'feerate'),
    apart(does('Partition', 'partition')),
    does('Heal', 'heal'),
    does('Traffic', 'traffic'),
    does('Even all balances', 'balance', [], { all: true }),
    apart(does('Save a snapshot', 'snapshot save')),
    does('Add nodes', 'up'),
    does('Stop everything', 'down'),
  ];
}
