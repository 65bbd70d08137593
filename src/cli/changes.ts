import { formatMsat } from '../core/amounts.js';
import { OF_NEW_CHANNELS } from '../cln/channel-options.js';
import type { Change, Changes, Loss } from '../network/apply/change.js';
import type { Policy } from '../nodes/node.js';
import { columns, type Output } from './output.js';

/** A line for each change, and for what the network has no more and the playground has. */
export function changesText({ changes, losses }: Changes, arePruned: boolean, { style }: Output): string {
  const lines = [
    ...changes.map((change) => [style.green('+'), ...wordsOf(change)]),
    ...losses.map((loss) => [arePruned ? style.red('-') : style.yellow('!'), ...wordsOf(loss)]),
  ];
  const left =
    losses.length > 0 && !arePruned ? ['', 'left as it is: --prune takes away what the network has no more'] : [];
  return [columns(lines), ...keptByChannels(changes), ...left].join('\n');
}

/** What of the options of nodes that were there already does not reach their channels. */
function keptByChannels(changes: readonly Change[]): string[] {
  const added = new Set(changes.flatMap((each) => (each.what === 'add node' ? [each.node] : [])));
  const keys = changes.flatMap((each) =>
    each.what === 'set option' && OF_NEW_CHANNELS.has(each.key) && !added.has(each.node) ? [each.key] : [],
  );
  if (keys.length === 0) return [];
  const what = [...new Set(keys)].join(', ');
  return ['', `${what}: for new channels; those that there are keep what they ask (a channel's \`fee\` changes that)`];
}

/** The same for a tool. */
export const changesJson = ({ changes, losses }: Changes): object => ({
  changes: changes.map(jsonOf),
  losses: losses.map(jsonOf),
});

/** What it is about, and the rest of it: `open channel`, `alice to bob, 0.01btc`. */
function wordsOf(each: Change | Loss): [string, string] {
  switch (each.what) {
    case 'open channel': {
      const { from, to, capacitySat, private: isPrivate } = each.channel;
      return [each.what, `${from} to ${to}, ${formatMsat(capacitySat * 1_000n)}${isPrivate ? ', private' : ''}`];
    }
    case 'close channel':
      return [each.what, `${each.from} to ${each.to}, ${formatMsat(each.capacitySat * 1_000n)}`];
    case 'fund':
      return [each.what, `${each.node}, ${formatMsat(each.amountSat * 1_000n)}`];
    case 'set policy':
      return [each.what, `${each.from} to ${each.to}: ${policyText(each.policy)}`];
    case 'set option':
    case 'remove option':
      return [each.what, `${each.node}: ${each.value === undefined ? each.key : `${each.key}=${each.value}`}`];
    case 'add plugin':
    case 'remove plugin':
      return [each.what, `${each.node}: ${each.plugin}`];
    case 'restart':
      return [each.what, `${each.node}: it reads its config at its start`];
    case 'connect':
    case 'disconnect':
      return [each.what, `${each.from} to ${each.to}`];
    default:
      return [each.what, each.node];
  }
}

const policyText = ({ baseMsat, perMillion, cltvDelta, htlcMinMsat, htlcMaxMsat }: Policy): string =>
  [
    ...(baseMsat === undefined ? [] : [`base ${formatMsat(baseMsat)}`]),
    ...(perMillion === undefined ? [] : [`${perMillion} ppm`]),
    ...(cltvDelta === undefined ? [] : [`cltv delta ${cltvDelta}`]),
    ...(htlcMinMsat === undefined ? [] : [`least HTLC ${formatMsat(htlcMinMsat)}`]),
    ...(htlcMaxMsat === undefined ? [] : [`largest HTLC ${formatMsat(htlcMaxMsat)}`]),
  ].join(', ');

/** Names in snake_case, a channel's among the rest. */
function jsonOf(each: Change | Loss): object {
  const flat = 'channel' in each ? { what: each.what, ...each.channel } : each;
  return snake(flat) as object;
}

function snake(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snake(each),
    ]),
  );
}
