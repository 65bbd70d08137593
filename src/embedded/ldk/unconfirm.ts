import type * as ldk from '#ldk';
import { displayHash, hexOf, wireHash } from '../bitcoin/hex.js';
import type { BlockId } from '../chain/blocks.js';
import { isNull, some, someScid } from './convert.js';

/** That the funding transaction of a channel is in a block. */
export interface Confirmation {
  readonly channelId: string;
  readonly block: BlockId;
  readonly shortChannelId: bigint;
}

/** Of all channels that LDK has not closed. */
export function confirmationsOf(manager: Pick<ldk.ChannelManager, 'as_Confirm' | 'list_channels'>): Confirmation[] {
  const blocks = new Map<string, BlockId>();
  for (const transaction of manager.as_Confirm().get_relevant_txids()) {
    const hash = some<Uint8Array>(transaction.get_c());
    if (hash) blocks.set(hexOf(transaction.get_a()), { hash: displayHash(hash), height: transaction.get_b() });
  }
  if (blocks.size === 0) return [];
  return manager.list_channels().flatMap((channel) => {
    const funding = channel.get_funding_txo();
    const block = isNull(funding) ? undefined : blocks.get(hexOf(funding.get_txid()));
    const shortChannelId = someScid(channel.get_short_channel_id());
    if (!block || shortChannelId === undefined) return [];
    return [{ channelId: hexOf(channel.get_channel_id().get_a()), block, shortChannelId }];
  });
}

const NO_CONFIRMATION = Buffer.from('000000000000', 'hex');
/** Of the records that LDK writes of a channel (its lightning/src/ln/channel.rs). */
const RECORD = { announcementSignatures: 0n, minimumDepth: 1n, announcementState: 17n } as const;
const NOT_SENT = 0;

/**
 * A channel manager's state in which the funding transaction of a channel is in no block, as that of a zero-conf channel
 * that carries payments already: LDK takes the next block that has it, at whatever place. Signatures for the announcement
 * of the old place are dropped.
 *
 * For the pinned version of LDK, which has no call for this, and closes a channel whose funding loses its block.
 *
 * @param manager as LDK wrote it
 * @returns undefined where the state is not as we know it
 */
export function unconfirm(
  manager: Uint8Array,
  { block, shortChannelId }: Pick<Confirmation, 'block' | 'shortChannelId'>,
): Buffer | undefined {
  const state = Buffer.from(manager);
  const written = Buffer.alloc(1 + 32 + 4 + 1 + 8);
  written[0] = 33; // an optional value has its length and one more before it
  written.set(wireHash(block.hash), 1);
  written.writeUInt32BE(block.height, 33);
  written[37] = 9;
  written.writeBigUInt64BE(shortChannelId, 38);
  const at = state.indexOf(written);
  if (at < 0 || state.includes(written, at + 1)) return undefined;
  const rest = withoutSignatures(state.subarray(at + written.length));
  return rest && Buffer.concat([state.subarray(0, at), NO_CONFIRMATION, rest]);
}

/** Drops them from the first channel whose records are in `rest`. */
function withoutSignatures(rest: Buffer): Buffer | undefined {
  for (let at = 0; at < rest.length; at++) {
    const length = bigSize(rest, at);
    if (!length) continue;
    const from = at + length.size;
    const records = recordsIn(rest.subarray(from, from + Number(length.value)), Number(length.value));
    if (!records) continue;
    const kept = records
      .filter(({ type }) => type !== RECORD.announcementSignatures)
      .map(({ type, whole }) =>
        type === RECORD.announcementState ? Buffer.concat([whole.subarray(0, -1), Buffer.from([NOT_SENT])]) : whole,
      );
    const body = Buffer.concat(kept);
    return Buffer.concat([
      rest.subarray(0, at),
      writeBigSize(body.length),
      body,
      rest.subarray(from + Number(length.value)),
    ]);
  }
  return undefined;
}

interface TlvRecord {
  readonly type: bigint;
  readonly whole: Buffer;
}

/** The records of a TLV stream (BOLT #1), where it is a channel's: nothing else has these of these lengths. */
function recordsIn(stream: Buffer, length: number): TlvRecord[] | undefined {
  if (length === 0 || stream.length !== length) return undefined;
  const records: TlvRecord[] = [];
  const lengths = new Map<bigint, number>();
  for (let at = 0; at < length;) {
    const type = bigSize(stream, at);
    const size = type && bigSize(stream, at + type.size);
    if (!type || !size || type.value <= (records.at(-1)?.type ?? -1n)) return undefined;
    const end = at + type.size + size.size + Number(size.value);
    if (end > length) return undefined;
    records.push({ type: type.value, whole: stream.subarray(at, end) });
    lengths.set(type.value, Number(size.value));
    at = end;
  }
  const isChannel = lengths.get(RECORD.minimumDepth) === 4 && lengths.get(RECORD.announcementState) === 1;
  return isChannel ? records : undefined;
}

/** BOLT #1, BigSize. */
function bigSize(bytes: Buffer, at: number): { readonly value: bigint; readonly size: number } | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 0xfd) return { value: BigInt(first), size: 1 };
  const size = first === 0xfd ? 2 : first === 0xfe ? 4 : 8;
  if (at + 1 + size > bytes.length) return undefined;
  return { value: BigInt(`0x${bytes.toString('hex', at + 1, at + 1 + size)}`), size: 1 + size };
}

function writeBigSize(value: number): Buffer {
  if (value < 0xfd) return Buffer.from([value]);
  const bytes = Buffer.alloc(3);
  bytes[0] = 0xfd;
  bytes.writeUInt16BE(value, 1);
  return bytes;
}
