import type { JsonObject } from '../../../rpc/json-rpc.js';
import type { ClaimableEvent } from '../../ldk/event-types.js';
import type { LiveChannel } from '../../ldk/live-channel.js';

/**
 * The payload of CLN's htlc_accepted hook; LDK tells of a payment when all its HTLCs are there, so of several it has the
 * sum.
 */
export function htlcPayload(claimable: ClaimableEvent, channels: readonly LiveChannel[], height: number): JsonObject {
  const { paymentHash, channelId, paymentSecret, amountMsat } = claimable;
  const live = channels.find((channel) => channel.channelId === channelId);
  const htlc = live?.htlcs.find((each) => each.direction === 'in' && each.paymentHash === paymentHash);
  const cltv = htlc?.expiry ?? 0;
  return {
    ...(live && { peer_id: live.peerId }),
    onion: {
      payload: onionPayload(claimable, cltv),
      type: 'tlv',
      forward_msat: amountMsat,
      outgoing_cltv_value: cltv,
      total_msat: amountMsat,
      ...(paymentSecret !== undefined && { payment_secret: paymentSecret }),
      next_onion: '',
      shared_secret: '00'.repeat(32),
    },
    htlc: {
      short_channel_id: live?.shortChannelId ?? '0x0x0',
      id: htlc?.id ?? 0,
      amount_msat: amountMsat,
      cltv_expiry: cltv,
      cltv_expiry_relative: Math.max(0, cltv - height),
      payment_hash: paymentHash,
    },
  };
}

/** The TLV stream that the sender made for us (BOLT #4), as far as LDK tells of it. */
function onionPayload(claimable: ClaimableEvent, cltv: number): string {
  const fields: [bigint, Buffer][] = [
    [2n, tu64(BigInt(claimable.amountMsat))],
    [4n, tu64(BigInt(cltv))],
  ];
  if (claimable.paymentSecret !== undefined)
    fields.push([8n, Buffer.concat([Buffer.from(claimable.paymentSecret, 'hex'), tu64(BigInt(claimable.amountMsat))])]);
  if (claimable.keysendPreimage !== undefined)
    fields.push([5_482_373_484n, Buffer.from(claimable.keysendPreimage, 'hex')]);
  for (const [type, value] of claimable.customTlvs) fields.push([BigInt(type), Buffer.from(value, 'hex')]);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  const stream = Buffer.concat(
    fields.flatMap(([type, value]) => [bigSize(type), bigSize(BigInt(value.length)), value]),
  );
  return Buffer.concat([bigSize(BigInt(stream.length)), stream]).toString('hex');
}

function tu64(value: bigint): Buffer {
  const hex = value === 0n ? '' : value.toString(16);
  return Buffer.from(hex.padStart(Math.ceil(hex.length / 2) * 2, '0'), 'hex');
}

function bigSize(value: bigint): Buffer {
  if (value < 0xfdn) return Buffer.of(Number(value));
  const [prefix, bytes] = value < 0x1_0000n ? [0xfd, 2] : value < 0x1_0000_0000n ? [0xfe, 4] : [0xff, 8];
  return Buffer.from(prefix.toString(16) + value.toString(16).padStart(bytes * 2, '0'), 'hex');
}
