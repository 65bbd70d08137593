import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Method } from '../context.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { escapedString, hex } from '../rpc/params.js';

/** `makesecret`: a secret that only this node can make (lightning-makesecret(7)). */
export function utilityMethods(networkDir: string): readonly Method[] {
  return [
    method({
      name: 'makesecret',
      category: 'utility',
      params: [
        { name: 'hex', type: hex },
        { name: 'string', type: escapedString },
      ],
      handle: ({ hex: hexInfo, string }) => {
        if (hexInfo !== undefined && string !== undefined)
          throw new RpcError(CODE.INVALID_PARAMS, 'Cannot have both hex and string');
        if (hexInfo === undefined && string === undefined)
          throw new RpcError(CODE.INVALID_PARAMS, 'Must have either hex or string');
        const info = hexInfo === undefined ? Buffer.from(string!) : Buffer.from(hexInfo, 'hex');
        const root = readFileSync(join(networkDir, 'hsm_secret'));
        const derived = derive(root, Buffer.from('derived secrets'));
        return { secret: derive(derived, info).toString('hex') };
      },
    }),
  ];
}

/** 32 bytes of HKDF-SHA256 without salt; node:crypto's own takes no more than 1 kB of `info`. */
function derive(secret: Uint8Array, info: Uint8Array): Buffer {
  const key = createHmac('sha256', Buffer.alloc(32)).update(secret).digest();
  return createHmac('sha256', key)
    .update(info)
    .update(Buffer.from([1]))
    .digest();
}
