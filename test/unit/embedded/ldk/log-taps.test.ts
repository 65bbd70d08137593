import { expect, test, vi } from 'vitest';
import { tap, tapOther, type LogTaps } from '../../../../src/embedded/ldk/log-taps.js';

const ID = '0261b0caf9c9164e4c8c7ecea0dbc1329e792ab0545e4e7d2403c4a5350778ec16';
const taps = (): { [K in keyof LogTaps]: ReturnType<typeof vi.fn<LogTaps[K]>> } => ({
  pong: vi.fn<LogTaps['pong']>(),
  announcementSignatures: vi.fn<LogTaps['announcementSignatures']>(),
  onionError: vi.fn<LogTaps['onionError']>(),
});

test('a pong is heard', () => {
  const heard = taps();
  tap(heard, ID, `Received message Pong(Pong { byteslen: 128 }) from ${ID}`);
  expect(heard.pong).toHaveBeenCalledWith(ID, 128);
});

test.each([true, false])(
  'announcement signatures are read, their numbers filled up to 32 bytes; taken: %s',
  (taken) => {
    const heard = taps();
    heard.announcementSignatures.mockReturnValue(taken);
    const r = '64fbe6a2b3af379089e53644198204e2d1985bd1109b0d08883e1871a7b9c3ae';
    const s = '23f36f4deaab966a3319c15d017db4956c2d9db8b6a8be0ab21f2bde157ea273';
    const channel = '1efd4240d29a643ff15b723c0f959faf353ad3577a64fcd458c4a04d0b44983d';
    const text =
      `Received message AnnouncementSignatures(AnnouncementSignatures { channel_id: ${channel}, short_channel_id: 401321744203776, ` +
      `node_signature: 30440220${r}0220${s}, bitcoin_signature: 3008022100aa020301bbcc }) from ${ID}`;
    expect(tap(heard, ID, text)).toBe(taken);
    expect(heard.announcementSignatures).toHaveBeenCalledWith(ID, {
      channelId: channel,
      shortChannelId: 401_321_744_203_776n,
      nodeSignature: Buffer.from(r + s, 'hex'),
      bitcoinSignature: expect.objectContaining({ length: 64 }) as Buffer,
    });
  },
);

test('other messages are let pass', () => {
  const heard = taps();
  expect(tap(heard, ID, `Received message ChannelReady(ChannelReady { }) from ${ID}`)).toBe(true);
  expect(heard.pong).not.toHaveBeenCalled();
  expect(heard.announcementSignatures).not.toHaveBeenCalled();
});

test('why a payment failed on its way is heard', () => {
  const heard = taps();
  tapOther(heard, `Onion Error[from ${ID}: unknown_next_peer(0x400a)] no such channel`);
  tapOther(heard, 'Onion decode failed');
  expect(heard.onionError.mock.calls).toEqual([[{ nodeId: ID, code: 0x400a }]]);
});
