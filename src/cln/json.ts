/** A JSON value as lightningd reads it where it wants a text: a string as it is, anything else as its JSON. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
