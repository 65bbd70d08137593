/** An id in little room: its beginning and end. */
export const short = (id: string, ends = 6): string =>
  id.length <= ends * 2 + 1 ? id : `${id.slice(0, ends)}…${id.slice(-ends)}`;

/** Anything as a word: JSON where it is more than one, and nothing of what is not there. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return JSON.stringify(value);
}
