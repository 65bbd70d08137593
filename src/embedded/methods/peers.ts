import type { NodeParts } from '../node/parts.js';
import type { ChannelViews } from '../node/channels/view.js';
import type { Peers } from '../node/peers/peers.js';
import { lookup } from 'node:dns/promises';
import { messageOf, systemCode } from '../../core/errors.js';
import type { Method } from '../context.js';
import { bindingOf, DEFAULT_PORT, formatAddress, parseAddress, type PeerAddress } from '../node/peers/addresses.js';
import { bytesOf } from '../bitcoin/hex.js';
import { ParamError, RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { hex, nodeId, bool, string_, u16, u32, type ParamType } from '../rpc/params.js';

/** What fits into a message beside its type and two lengths. */
const MAX_PING = 65_535 - 6;
/** Who asks for so many bytes or more gets no pong (BOLT #1). */
const NO_PONG = 65_532;
const PONG_HEADER = 4;

/** `ID` or `ID@ADDRESS` */
const idAtAddress: ParamType<{ id: string; at: string | undefined }> = (value, name) => {
  const text = string_(value, name);
  const at = text.indexOf('@');
  return { id: nodeId(at < 0 ? text : text.slice(0, at), name), at: at < 0 ? undefined : text.slice(at + 1) };
};

/** lightning-connect(7), lightning-disconnect(7), lightning-listpeers(7), lightning-sendcustommsg(7) */
export const peerMethods = ({
  peers,
  dialer,
  views,
}: Pick<NodeParts, 'peers' | 'dialer' | 'views'>): readonly Method[] => [
  method({
    name: 'connect',
    category: 'network',
    params: [
      { name: 'id', type: idAtAddress, required: true },
      { name: 'host', type: string_ },
      { name: 'port', type: u16 },
    ],
    handle: async ({ id: { id, at }, host, port }) => {
      if (at !== undefined && host !== undefined)
        throw new RpcError(CODE.INVALID_PARAMS, "Can't specify host as both xxx@yyy and separate argument");
      if (port !== undefined && host === undefined && at === undefined)
        throw new RpcError(CODE.INVALID_PARAMS, "Can't specify port without host");
      const text = at ?? host;
      const peer = await dialer.dial(id, text === undefined ? undefined : await addressOf(text, port));
      return { id, features: peer.features, direction: peer.direction, address: bindingOf(peer.address) };
    },
  }),
  method({
    name: 'disconnect',
    category: 'network',
    params: [
      { name: 'id', type: nodeId, required: true },
      { name: 'force', type: bool, default: false },
    ],
    handle: async ({ id, force }) => {
      if (!peers.get(id)) throw new RpcError(CODE.LIGHTNINGD, 'Peer not connected');
      const active = views.list().find((channel) => channel.peerId === id && channel.live);
      if (active && !force)
        throw new RpcError(CODE.LIGHTNINGD, `Peer has (at least one) channel in state ${active.state}`);
      await peers.disconnect(id);
      return {};
    },
  }),
  method({
    name: 'listpeers',
    category: 'network',
    params: [{ name: 'id', type: nodeId }, 'level'],
    handle: ({ id }) => ({ peers: listPeers(peers, views).filter((peer) => id === undefined || peer.id === id) }),
  }),
  method({
    name: 'ping',
    category: 'network',
    params: [
      { name: 'id', type: nodeId, required: true },
      { name: 'len', type: u32, default: 128 },
      { name: 'pongbytes', type: u32, default: 128 },
    ],
    handle: async ({ id, len, pongbytes }, call) => {
      if (len > MAX_PING) throw new RpcError(CODE.INVALID_PARAMS, `${len} would result in oversize ping`);
      if (pongbytes > 65_535) throw new RpcError(CODE.INVALID_PARAMS, `pongbytes ${pongbytes} > 65535`);
      if (!peers.get(id)) throw new RpcError(CODE.LIGHTNINGD, 'Peer not connected');
      const asks = pongbytes < NO_PONG;
      const got = await peers.ping(id, len, pongbytes, asks ? call.disconnected : AbortSignal.abort());
      if (asks && got === undefined) throw new RpcError(CODE.LIGHTNINGD, 'Ping failed: the peer has gone');
      return { totlen: got === undefined ? 0 : got + PONG_HEADER };
    },
  }),
  method({
    name: 'sendcustommsg',
    category: 'utility',
    params: [
      { name: 'node_id', type: nodeId, required: true },
      { name: 'msg', type: hex, required: true },
    ],
    handle: async ({ node_id: id, msg }) => {
      const bytes = bytesOf(msg);
      const type = Buffer.from(bytes).subarray(0, 2);
      if (bytes.length < 2) throw new ParamError('msg', 'should be at least 2 bytes', msg);
      const number = type.readUInt16BE();
      if (number < 32_768)
        throw new RpcError(
          CODE.LIGHTNINGD,
          `Cannot send messages of type ${number} (a type below 32768 belongs to the protocol)`,
        );
      if (!peers.get(id)) throw new RpcError(CODE.LIGHTNINGD, 'Peer is not connected');
      await peers.message(id, number, bytes.subarray(2));
      return { status: 'Message sent to connectd for delivery' };
    },
  }),
];

/** The address that was asked for. A name has to resolve, even if the peer is connected already. */
async function addressOf(text: string, port: number | undefined): Promise<PeerAddress> {
  const parsed = parseAddress(text, port ?? DEFAULT_PORT);
  if (!parsed || ('host' in parsed && parsed.host === ''))
    throw new RpcError(CODE.LIGHTNINGD, `Host ${text}:${port ?? DEFAULT_PORT} not valid`);
  if ('socket' in parsed) return parsed;
  const address = port === undefined ? parsed : { ...parsed, port };
  try {
    await lookup(address.host);
  } catch (error) {
    const why = RESOLVER_MESSAGES[systemCode(error) ?? ''] ?? messageOf(error);
    throw new RpcError(CODE.LIGHTNINGD, `Host ${formatAddress(address)} not valid: ${why}`);
  }
  return address;
}

/** As gai_strerror(3) has them. */
const RESOLVER_MESSAGES: Record<string, string> = {
  ENOTFOUND: 'Name or service not known',
  EAI_AGAIN: 'Temporary failure in name resolution',
};

function listPeers(peers: Peers, views: ChannelViews): { readonly id: string; readonly [key: string]: unknown }[] {
  const open = views.list().filter(({ state }) => state !== 'CLOSED');
  const ids = new Set([...peers.list().map(({ id }) => id), ...open.map(({ peerId }) => peerId)]);
  return [...ids].map((id) => {
    const peer = peers.get(id);
    const numChannels = open.filter(({ peerId }) => peerId === id).length;
    if (!peer) return { id, connected: false, num_channels: numChannels };
    const netaddr = [formatAddress(peer.address)];
    return { id, connected: true, num_channels: numChannels, netaddr, features: peer.features };
  });
}
