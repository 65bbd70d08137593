import { expect, test } from 'vitest';
import { planChannels, type PresentFunds } from '../../../../src/network/apply/plan-channels.js';
import { planSettings, type PresentNode } from '../../../../src/network/apply/plan-settings.js';
import type { PresentChannel } from '../../../../src/network/apply/present.js';
import type { ChannelSpec, NetworkSpec } from '../../../../src/network/spec.js';
import type { Coin, Policy } from '../../../../src/nodes/node.js';

const network = (spec: Partial<NetworkSpec>): NetworkSpec => ({
  nodes: ['a', 'b'].map((name) => ({ name })),
  peers: [],
  channels: [],
  chain: {},
  traffic: [],
  ...spec,
});
const channel = (from: string, to: string, capacitySat = 1_000_000n, more: Partial<ChannelSpec> = {}): ChannelSpec => ({
  from,
  to,
  capacitySat,
  ...more,
});

let count = 0;
/** A channel that there is, of which one reads what a plan needs to know. */
const there = (
  from: string,
  to: string,
  {
    capacitySat = 1_000_000n,
    policy = {},
    reverse = {},
    ...more
  }: { readonly capacitySat?: bigint; readonly policy?: Policy; readonly reverse?: Policy } = {},
) =>
  ({
    from: { name: from },
    to: { name: to },
    channel: {
      id: `id${count++}`,
      capacityMsat: capacitySat * 1_000n,
      private: false,
      phase: 'normal',
      policy,
      ...more,
    },
    reverse: { policy: reverse },
  }) as unknown as PresentChannel;

const coin = (name: string, sat: bigint, more: Partial<Coin> = {}): Coin => ({
  txid: name,
  output: 0,
  amountMsat: sat * 1_000n,
  status: 'confirmed',
  reserved: false,
  ...more,
});

const funds = (present: Partial<PresentFunds> = {}): PresentFunds => ({
  channels: [],
  coins: new Map(),
  unfunded: new Set(),
  ...present,
});
const plenty = funds({ coins: new Map(['a', 'b'].map((name) => [name, [1, 2, 3, 4].map((n) => coin(`${name}${n}`, 100_000_000n))])) }); // prettier-ignore

test('what is there is left alone', () => {
  const spec = network({ channels: [channel('a', 'b'), channel('a', 'b'), channel('b', 'a')] });
  const channels = [there('b', 'a'), there('a', 'b'), there('a', 'b')];
  expect(planChannels(spec, { ...plenty, channels })).toEqual({ changes: [], losses: [] });
});

test('channels of two nodes are counted: one that is missing is opened, one too many is told of', () => {
  const spec = network({ channels: [channel('a', 'b'), channel('a', 'b')] });
  expect(planChannels(spec, { ...plenty, channels: [there('a', 'b')] }).changes).toEqual([
    { what: 'open channel', channel: spec.channels[1] },
  ]);
  const three = [there('a', 'b'), there('a', 'b'), there('a', 'b')];
  expect(planChannels(spec, { ...plenty, channels: three })).toMatchObject({
    changes: [],
    losses: [{ what: 'close channel', from: 'a', to: 'b', capacitySat: 1_000_000n, channelId: three[2]!.channel.id }],
  });
});

test.each([
  ['the other way round', there('b', 'a')],
  ['of another capacity', there('a', 'b', { capacitySat: 2_000_000n })],
  ['private', there('a', 'b', { private: true } as object)],
])('one that is %s is another channel', (_, present) => {
  const { changes, losses } = planChannels(network({ channels: [channel('a', 'b')] }), {
    ...plenty,
    channels: [present],
  });
  expect(changes).toMatchObject([{ what: 'open channel' }]);
  expect(losses).toMatchObject([{ what: 'close channel' }]);
});

test.each(['opening', 'awaiting-funding'])('one that is %s counts as there', (phase) => {
  const present = there('a', 'b', { phase } as object);
  expect(planChannels(network({ channels: [channel('a', 'b')] }), { ...plenty, channels: [present] })).toEqual({
    changes: [],
    losses: [],
  });
});

test('policies are compared by what a spec names of them, for each end', () => {
  const spec = network({
    channels: [
      channel('a', 'b', 1_000_000n, { policy: { baseMsat: 1n, perMillion: 5 }, reversePolicy: { htlcMinMsat: 7n } }),
    ],
  });
  const has = (policy: Policy, reverse: Policy) =>
    planChannels(spec, { ...plenty, channels: [there('a', 'b', { policy, reverse })] }).changes;
  expect(has({ baseMsat: 1n, perMillion: 5, htlcMaxMsat: 3n }, { baseMsat: 9n, htlcMinMsat: 7n })).toEqual([]);
  expect(has({ baseMsat: 1n, perMillion: 6 }, { htlcMinMsat: 0n })).toEqual([
    { what: 'set policy', from: 'a', to: 'b', policy: { baseMsat: 1n, perMillion: 5 } },
    { what: 'set policy', from: 'b', to: 'a', policy: { htlcMinMsat: 7n } },
  ]);
});

test('more than a channel carries is the most that it does', () => {
  const spec = network({ channels: [channel('a', 'b', 1_000_000n, { policy: { htlcMaxMsat: 1_000_000_000n } })] });
  const has = (htlcMaxMsat: bigint) =>
    planChannels(spec, { ...plenty, channels: [there('a', 'b', { policy: { htlcMaxMsat } })] }).changes;
  expect(has(990_000_000n)).toEqual([]);
  expect(has(500_000_000n)).toHaveLength(1);
});

test('each channel gets a coin of its own: of those there are, or one that is sent', () => {
  const spec = network({ channels: [channel('a', 'b'), channel('a', 'b', 5_000_000n)] });
  const sent = (coins: Coin[]) =>
    planChannels(spec, funds({ coins: new Map([['a', coins]]) })).changes.filter(({ what }) => what === 'fund');
  expect(sent([coin('1', 2_000_000n), coin('2', 6_000_000n)])).toEqual([]);
  expect(sent([coin('1', 60_000_000n)])).toEqual([{ what: 'fund', node: 'a', amountSat: 1_100_000n }]);
  expect(sent([coin('1', 60_000_000n, { reserved: true }), coin('2', 60_000_000n, { status: 'unconfirmed' })])).toEqual(
    [{ what: 'fund', node: 'a', amountSat: 6_200_000n }],
  );
});

test('a new node gets what its spec says, or something to spare, once', () => {
  const nodes = [{ name: 'a', fundSat: 200_000_000n }, { name: 'b' }, { name: 'c', fundSat: 0n }];
  const spec = network({ nodes, channels: [channel('a', 'b')] });
  const unfunded = new Set(['a', 'b', 'c']);
  const fund = (present: Partial<PresentFunds>) =>
    planChannels(spec, funds({ unfunded, ...present })).changes.filter(({ what }) => what === 'fund');
  expect(fund({})).toEqual([
    { what: 'fund', node: 'a', amountSat: 200_000_000n },
    { what: 'fund', node: 'b', amountSat: 10_000_000n },
  ]);
  const sentBefore = new Map([['a', [coin('1', 2_000_000n)]], ['b', [coin('2', 10_000_000n)]]]); // prettier-ignore
  expect(fund({ coins: sentBefore })).toEqual([]);
});

/** A node that there is, and what its config says. */
const node = (name: string, options: Record<string, string> = {}, plugins: string[] = []) =>
  ({
    node: { name },
    own: { options: Object.entries(options).map(([key, value]) => ({ key, value })), plugins },
    configured: new Map(Object.entries(options)),
  }) as unknown as PresentNode;

test('nodes, options, plugins and peers: what is missing, and what is gone', () => {
  const spec = network({
    nodes: [
      { name: 'a', options: { 'fee-base': 5, wumbo: true }, plugins: ['/p/new.js', '/p/kept.js'] },
      { name: 'new', options: { rescan: 1 } },
    ],
    peers: [['a', 'new']],
  });
  const present = [node('a', { 'fee-base': '4', 'old-option': 'x' }, ['/p/kept.js', '/p/old.js']), node('gone')];
  expect(planSettings(spec, present, [['a', 'gone']])).toEqual({
    changes: [
      { what: 'set option', node: 'a', key: 'fee-base', value: '5' },
      { what: 'set option', node: 'a', key: 'wumbo', value: undefined },
      { what: 'add plugin', node: 'a', plugin: '/p/new.js' },
      { what: 'add node', node: 'new' },
      { what: 'set option', node: 'new', key: 'rescan', value: '1' },
      { what: 'connect', from: 'a', to: 'new' },
    ],
    losses: [
      { what: 'remove option', node: 'a', key: 'old-option', value: 'x' },
      { what: 'remove plugin', node: 'a', plugin: '/p/old.js' },
      { what: 'remove node', node: 'gone' },
    ],
  });
});

test('peers that the spec has no more part, unless they have a channel; options asked for besides are not gone', () => {
  const present = [node('a', { 'fee-base': '4' }), node('b')];
  const asked = new Set(['a:fee-base']);
  expect(planSettings(network({}), present, [['b', 'a']], asked)).toEqual({
    changes: [],
    losses: [{ what: 'disconnect', from: 'b', to: 'a' }],
  });
  expect(planSettings(network({ channels: [channel('a', 'b')] }), present, [['b', 'a']], asked).losses).toEqual([]);
});
