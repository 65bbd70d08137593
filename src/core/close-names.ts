/** Names are close when they share so much of their pairs of letters. */
const CLOSE = 0.5;
const MOST = 4;

/** The names that somebody may have meant, the closest first; none where none is close. */
export function closeNames(written: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, likeness: likeness(written, name) }))
    .filter(({ name, likeness }) => likeness >= CLOSE || isOneSlip(written, name))
    .sort((one, other) => other.likeness - one.likeness)
    .slice(0, MOST)
    .map(({ name }) => name);
}

/** Of the pairs of letters of both, how many they share (Dice's coefficient): 0 to 1. */
function likeness(one: string, other: string): number {
  const [mine, theirs] = [pairs(one), pairs(other)];
  const count = mine.length + theirs.length;
  let shared = 0;
  for (const pair of mine) {
    const at = theirs.indexOf(pair);
    if (at === -1) continue;
    theirs.splice(at, 1);
    shared++;
  }
  return (2 * shared) / count;
}

/** With its beginning and its end as letters of their own, so that short names have pairs too. */
function pairs(name: string): string[] {
  const letters = `^${name}$`;
  return Array.from({ length: letters.length - 1 }, (_, index) => letters.slice(index, index + 2));
}

/** Whether one is the other with one letter wrong, missing, too many, or two of them exchanged; not of the shortest. */
function isOneSlip(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (short.length < 3 || long.length > short.length + 1) return false;
  let start = 0;
  while (start < short.length && short[start] === long[start]) start++;
  const rest = (text: string, skipped: number): string => text.slice(start + skipped);
  if (long.length > short.length) return rest(short, 0) === rest(long, 1);
  const exchanged = short[start] === long[start + 1] && short[start + 1] === long[start];
  return rest(short, 1) === rest(long, 1) || (exchanged && rest(short, 2) === rest(long, 2));
}
