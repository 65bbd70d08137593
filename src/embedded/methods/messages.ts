import * as ldk from '#ldk';
import type { Method } from '../context.js';
import { bytesOf, hexOf, isNull, ok } from '../ldk/convert.js';
import type { Node } from '../ldk/node.js';
import { CODE, RpcError } from '../rpc/errors.js';
import { method } from '../rpc/method.js';
import { pubkey, string_ } from '../rpc/params.js';

const MAX_MESSAGE_BYTES = 65_535;
const ZBASE32 = 'ybndrfg8ejkmcpqxot1uwisza345h769';
const SIGNATURE_BYTES = 65;
/** What is added to the recovery id in front of a signature. */
const FIRST_HEADER = 31;

/** lightning-signmessage(7), lightning-checkmessage(7) */
export const messageMethods = (node: Node): readonly Method[] => [
  method({
    name: 'signmessage',
    category: 'utility',
    params: [{ name: 'message', type: string_, required: true }],
    handle: ({ message }) => {
      const bytes = Buffer.from(message);
      if (bytes.length > MAX_MESSAGE_BYTES) throw new RpcError(CODE.INVALID_PARAMS, 'Message must be < 64k');
      const zbase = node.engine.guard(() => ldk.UtilMethods.constructor_sign(bytes, node.keys.nodeSecret));
      const signature = zbase32Decode(zbase)!;
      return {
        signature: hexOf(signature.subarray(1)),
        recid: (signature[0]! - FIRST_HEADER).toString(16).padStart(2, '0'),
        zbase,
      };
    },
  }),
  method({
    name: 'checkmessage',
    category: 'utility',
    params: [
      { name: 'message', type: string_, required: true },
      { name: 'zbase', type: string_, required: true },
      { name: 'pubkey', type: pubkey },
    ],
    handle: ({ message, zbase, pubkey: wanted }) => {
      const signature = zbase32Decode(zbase);
      if (!signature) throw new RpcError(CODE.INVALID_PARAMS, 'zbase is not valid zbase32');
      if (signature.length !== SIGNATURE_BYTES)
        throw new RpcError(
          CODE.INVALID_PARAMS,
          `zbase is too ${signature.length < SIGNATURE_BYTES ? 'short' : 'long'}`,
        );
      const recovery = signature[0]! - FIRST_HEADER;
      if (recovery < 0 || recovery > 3) throw new RpcError(CODE.INVALID_PARAMS, 'cannot parse zbase signature');
      const key = node.engine.guard(() =>
        ok<Uint8Array>(ldk.UtilMethods.constructor_recover_pk(Buffer.from(message), zbase)),
      );
      if (!key) return { verified: false };
      const found = hexOf(key);
      if (wanted !== undefined) return { pubkey: found, verified: wanted === found };
      if (found !== node.id && !isInGraph(node, found))
        throw new RpcError(CODE.SIGNMESSAGE_PUBKEY_NOT_FOUND, 'pubkey not found in the graph', { claimed_key: found });
      return { pubkey: found, verified: true };
    },
  }),
];

const isInGraph = (node: Node, id: string): boolean =>
  node.readGraph((graph) => !isNull(graph.node(ldk.NodeId.constructor_from_pubkey(bytesOf(id)))));

function zbase32Decode(text: string): Buffer | undefined {
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const char of text) {
    const value = ZBASE32.indexOf(char);
    if (value < 0) return undefined;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) bytes.push((held >> (bits -= 8)) & 0xff);
  }
  return Buffer.from(bytes);
}
