/**
 * What LDK tells only in its log, for the pinned version of it: that a pong came, announcement signatures that came before
 * it would take them, and why a payment failed on its way.
 */
export interface LogTaps {
  /** A peer has answered a ping with so many bytes. */
  readonly pong: (nodeId: string, bytes: number) => void;
  /** @returns whether LDK may take them */
  readonly announcementSignatures: (nodeId: string, signatures: TappedSignatures) => boolean;
  /** A node on the way of a payment has failed it, with this code of BOLT #4. */
  readonly onionError: (error: { readonly nodeId: string; readonly code: number }) => void;
}

/**
 * Whether LDK is to ignore the message that it reads now. It closes a channel for announcement signatures of another place
 * than where it has its funding transaction; of two nodes that see a reorganisation, one is the first to. While `isOn` our
 * signer does not tell the node id that LDK needs to verify them, and it lets them be.
 */
export interface Ignoring {
  isOn: boolean;
}

/** BOLT #7's announcement_signatures; signatures are r and s, 64 bytes. */
export interface TappedSignatures {
  readonly channelId: string;
  readonly shortChannelId: bigint;
  readonly nodeSignature: Buffer;
  readonly bitcoinSignature: Buffer;
}

const PONG = /^Received message Pong\(Pong \{ byteslen: (\d+)/;
const SIGNATURES =
  /^Received message AnnouncementSignatures\(AnnouncementSignatures \{ channel_id: ([0-9a-f]{64}), short_channel_id: (\d+), node_signature: ([0-9a-f]+), bitcoin_signature: ([0-9a-f]+)/;

const ONION_ERROR = /^Onion Error\[from ([0-9a-f]{66}): \w+\((0x[0-9a-f]+)\)\]/;

/** Looks at a line that is of no message. */
export function tapOther(taps: LogTaps, text: string): void {
  const [, nodeId, code] = ONION_ERROR.exec(text) ?? [];
  if (nodeId !== undefined) taps.onionError({ nodeId, code: Number(code) });
}

/** Looks at the line of a message that came, and calls the tap that it is for. @returns whether LDK may take it */
export function tap(taps: LogTaps, nodeId: string, text: string): boolean {
  const pong = PONG.exec(text);
  if (pong) taps.pong(nodeId, Number(pong[1]));
  const [, id, scid, node, bitcoin] = SIGNATURES.exec(text) ?? [];
  if (id === undefined) return true;
  return taps.announcementSignatures(nodeId, {
    channelId: id,
    shortChannelId: BigInt(scid!),
    nodeSignature: compact(Buffer.from(node!, 'hex')),
    bitcoinSignature: compact(Buffer.from(bitcoin!, 'hex')),
  });
}

/** r and s of a DER signature. */
function compact(der: Buffer): Buffer {
  const integer = (at: number): Buffer => der.subarray(at + 2, at + 2 + der[at + 1]!);
  const fit = (bytes: Buffer): Buffer => Buffer.concat([Buffer.alloc(32), bytes]).subarray(-32);
  return Buffer.concat([fit(integer(2)), fit(integer(4 + der[3]!))]);
}
