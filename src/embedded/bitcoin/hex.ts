/** The bytes of a hex text that was checked before. */
export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A txid or block hash as people write it: the wire has its bytes the other way round. */
export const displayHash = (bytes: Uint8Array): string => hexOf(bytes.toReversed());

/** The wire's bytes of a txid or block hash as people write it. */
export const wireHash = (display: string): Uint8Array => bytesOf(display).toReversed();
