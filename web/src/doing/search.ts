/** How well words fit what somebody types: 0 for not at all. What begins with it is before what only has its letters. */
export function fits(typed: string, words: string): number {
  const [sought, text] = [typed.trim().toLowerCase(), words.toLowerCase()];
  if (sought === '') return 1;
  if (text === sought) return 5;
  if (text.startsWith(sought)) return 4;
  if (text.includes(` ${sought}`)) return 3;
  if (text.includes(sought)) return 2;
  let at = 0;
  for (const letter of sought.replaceAll(' ', '')) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return 0;
  }
  return 0.5;
}

/** Those that fit, the best first; equals stay in their order. */
export function best<T>(
  typed: string,
  things: readonly T[],
  wordsOf: (thing: T) => readonly [string, string?],
): readonly T[] {
  const scored = things.map((thing) => {
    const [name, more = ''] = wordsOf(thing);
    return { thing, score: Math.max(fits(typed, name), fits(typed, more) >= 2 ? 1.5 : 0) };
  });
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ thing }) => thing);
}
