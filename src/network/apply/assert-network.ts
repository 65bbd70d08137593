import { formatMsat } from '../../core/amounts.js';
import { LnPlayError } from '../../core/errors.js';
import { IMPLEMENTATIONS } from '../../nodes/implementations.js';
import { assertOpenable, costOfAllSat, roundUp } from '../limits.js';
import type { NodeRecord } from '../manifest.js';
import type { ChannelSpec, NetworkSpec, PolicySpec } from '../spec.js';
import { feerateOf } from './funds.js';

/**
 * Whether there can be such channels, between nodes of these names.
 *
 * @throws {LnPlayError} USAGE, INVALID
 */
export function assertChannels({ nodes, channels }: NetworkSpec, names: readonly string[]): void {
  for (const channel of channels) {
    const { from, to, capacitySat, pushMsat = 0n } = channel;
    for (const name of [from, to])
      if (!names.includes(name))
        throw new LnPlayError('USAGE', `${describe(channel)}: there is no node ${JSON.stringify(name)}`, {
          hint: `the nodes are ${names.join(', ')}`,
        });
    if (from === to)
      throw new LnPlayError('USAGE', `${from} cannot open a channel to itself`, { hint: 'name two different nodes' });
    assertOpenable(capacitySat, feerateOf(channel));
    if (pushMsat > capacitySat * 1_000n)
      throw new LnPlayError('INVALID', `${describe(channel)} cannot push ${formatMsat(pushMsat)}`, {
        hint: 'push less than its capacity',
      });
  }
  for (const { name, fundSat } of nodes) {
    const need = costOfAllSat(channels.filter(({ from }) => from === name));
    if (fundSat !== undefined && fundSat < need)
      throw new LnPlayError(
        'INVALID',
        `${name} is funded with ${formatMsat(fundSat * 1_000n)}, its channels take more`,
        {
          hint: `fund it with ${roundUp(need)} at least, fees and what it keeps included; or say nothing of it`,
        },
      );
  }
}

/**
 * Whether what runs each end of a channel can do what the spec says of it.
 *
 * @throws {LnPlayError} INVALID, naming what can't be done
 */
export function assertAbilities({ channels }: NetworkSpec, nodes: readonly NodeRecord[]): void {
  for (const channel of channels) {
    const { from, to, policy = {}, reversePolicy = {}, confirmations = 0 } = channel;
    const asked: readonly (readonly [string, keyof PolicySpec | 'confirmations', boolean])[] = [
      ...keysOf(policy).map((key) => [from, key, true] as const),
      ...keysOf(reversePolicy).map((key) => [to, key, true] as const),
      [from, 'confirmations', confirmations > 1],
    ];
    const kindOf = (name: string) =>
      IMPLEMENTATIONS[nodes.find((node) => node.name === name)!.executable.implementation];
    for (const [name, key, isAsked] of asked) {
      const { title, cannot } = kindOf(name);
      const why = (cannot as { readonly [key: string]: string })[key];
      if (!isAsked || why === undefined) continue;
      throw new LnPlayError(
        'INVALID',
        `${describe(channel)}: ${title} of ${name} has no ${WORDS[key]} of its own for a channel`,
        {
          hint: why,
        },
      );
    }
    for (const [name, { cltvDelta }] of [
      [from, policy],
      [to, reversePolicy],
    ] as const) {
      const { title, leastCltvDelta } = kindOf(name);
      if (cltvDelta === undefined || cltvDelta >= leastCltvDelta) continue;
      throw new LnPlayError(
        'INVALID',
        `${describe(channel)}: ${title} of ${name} takes no cltv delta of ${cltvDelta}`,
        {
          hint: `give ${leastCltvDelta} at least`,
        },
      );
    }
  }
}

const keysOf = (policy: PolicySpec): (keyof PolicySpec)[] =>
  (Object.keys(policy) as (keyof PolicySpec)[]).filter((key) => policy[key] !== undefined);

const WORDS = {
  baseMsat: 'base fee',
  perMillion: 'proportional fee',
  cltvDelta: 'cltv delta',
  htlcMinMsat: 'least HTLC',
  htlcMaxMsat: 'largest HTLC',
  confirmations: 'number of confirmations',
} as const satisfies Record<keyof PolicySpec | 'confirmations', string>;

const describe = ({ from, to, capacitySat }: ChannelSpec): string =>
  `The channel from ${from} to ${to} of ${formatMsat(capacitySat * 1_000n)}`;
