import type { NodeParts } from '../node/parts.js';
import type { Method } from '../context.js';
import { hexOf } from '../bitcoin/hex.js';
import { decodeZbase, encodeZbase, signerOf, signMessage } from '../bitcoin/signed-message.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { pubkey, string_ } from '../rpc/params.js';

const MAX_MESSAGE_BYTES = 65_535;

/** lightning-signmessage(7), lightning-checkmessage(7) */
export const messageMethods = ({
  identity,
  nodeSecret,
  graph,
}: Pick<NodeParts, 'identity' | 'nodeSecret' | 'graph'>): readonly Method[] => [
  method({
    name: 'signmessage',
    category: 'utility',
    params: [{ name: 'message', type: string_, required: true }],
    handle: ({ message }) => {
      if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES)
        throw new RpcError(CODE.INVALID_PARAMS, 'Message must be < 64k');
      const signature = signMessage(message, nodeSecret);
      return {
        signature: hexOf(signature.compact),
        recid: hexOf(Buffer.of(signature.recovery)),
        zbase: encodeZbase(signature),
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
      const signature = decodeZbase(zbase);
      if (typeof signature === 'string') throw new RpcError(CODE.INVALID_PARAMS, signature);
      const key = signerOf(message, signature);
      if (!key) return { verified: false };
      const found = hexOf(key);
      if (wanted !== undefined) return { pubkey: found, verified: wanted === found };
      if (found !== identity.id && !graph.has(found))
        throw new RpcError(CODE.SIGNMESSAGE_PUBKEY_NOT_FOUND, 'pubkey not found in the graph', { claimed_key: found });
      return { pubkey: found, verified: true };
    },
  }),
];
