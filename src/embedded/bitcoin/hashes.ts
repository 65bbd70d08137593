import { createHash } from 'node:crypto';

export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Bitcoin's double SHA256: of transactions, block headers and checksums. */
export const hash256 = (bytes: Uint8Array): Buffer => sha256(sha256(bytes));
