/** For JSON.stringify: bigints as text that no number has, `5n`; only to tell values apart by. */
export const bigintAsText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);
