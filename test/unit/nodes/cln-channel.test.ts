import { expect, test } from 'vitest';
import { channelOf } from '../../../src/nodes/cln/channel.js';
import type { ChannelUpdate, PeerChannel } from '../../../src/rpc/lightning-types.js';

const update: ChannelUpdate = {
  htlc_minimum_msat: 1,
  htlc_maximum_msat: 2_900,
  cltv_expiry_delta: 6,
  fee_base_msat: 5,
  fee_proportional_millionths: 10,
};

const normal: PeerChannel = {
  peer_id: '02aa',
  peer_connected: true,
  reestablished: true,
  state: 'CHANNELD_NORMAL',
  short_channel_id: '103x1x0',
  channel_id: 'cc',
  funding_txid: 'ff',
  funding_outnum: 1,
  to_us_msat: 1_000,
  total_msat: 3_000,
  spendable_msat: 900,
  private: true,
  opener: 'local',
  updates: { local: update, remote: update },
  htlcs: [
    { direction: 'out', amount_msat: 1, payment_hash: '01', state: 'SENT_ADD_ACK_REVOCATION' },
    { direction: 'in', amount_msat: 1, payment_hash: '02', state: 'RCVD_ADD_COMMIT' },
  ],
};

test('a channel, in the words of the port', () => {
  expect(channelOf(normal)).toEqual({
    id: 'cc',
    shortChannelId: '103x1x0',
    peer: '02aa',
    capacityMsat: 3_000n,
    oursMsat: 1_000n,
    spendableMsat: 900n,
    phase: 'normal',
    state: 'CHANNELD_NORMAL',
    usable: true,
    connected: true,
    established: true,
    private: true,
    policy: { baseMsat: 5n, perMillion: 10, cltvDelta: 6, htlcMinMsat: 1n, htlcMaxMsat: 2_900n },
    openedByUs: true,
    funding: { txid: 'ff', output: 1 },
    payments: [
      { hash: '01', committed: true, amountMsat: 1n, isOurs: true, state: 'SENT_ADD_ACK_REVOCATION' },
      { hash: '02', committed: false, amountMsat: 1n, isOurs: false, state: 'RCVD_ADD_COMMIT' },
    ],
  });
});

test('it carries payments once it is normal and has all that this takes', () => {
  expect(channelOf({ ...normal, updates: { local: update } }).usable).toBe(false);
  const { short_channel_id: _, ...unnumbered } = normal;
  expect(channelOf(unnumbered).usable).toBe(false);
  expect(channelOf({ ...normal, state: 'CHANNELD_AWAITING_SPLICE' }).usable).toBe(true);
  expect(channelOf({ ...normal, state: 'CHANNELD_SHUTTING_DOWN' }).usable).toBe(false);
});

/** All states of lightning-listpeerchannels(7), and what each is in a channel's life. */
test.each([
  ['OPENINGD', 'opening'],
  ['DUALOPEND_OPEN_INIT', 'awaiting-funding'],
  ['DUALOPEND_OPEN_COMMIT_READY', 'awaiting-funding'],
  ['DUALOPEND_OPEN_COMMITTED', 'awaiting-funding'],
  ['DUALOPEND_AWAITING_LOCKIN', 'awaiting-funding'],
  ['CHANNELD_AWAITING_LOCKIN', 'awaiting-funding'],
  ['CHANNELD_NORMAL', 'normal'],
  ['CHANNELD_AWAITING_SPLICE', 'normal'],
  ['CHANNELD_SHUTTING_DOWN', 'shutting-down'],
  ['CLOSINGD_SIGEXCHANGE', 'shutting-down'],
  ['CLOSINGD_COMPLETE', 'closing'],
  ['AWAITING_UNILATERAL', 'closing'],
  ['FUNDING_SPEND_SEEN', 'on-chain'],
  ['ONCHAIN', 'on-chain'],
])('%s is %s', (state, phase) => {
  expect(channelOf({ ...normal, state })).toMatchObject({ phase, state });
});

test('a state that nobody has heard of is said, and not guessed at', () => {
  expect(() => channelOf({ ...normal, state: 'CHANNELD_ELSEWHERE' })).toThrow('CHANNELD_ELSEWHERE');
});
