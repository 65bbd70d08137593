/** The middle of some numbers. */
export function median(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Measures several things in turns: A B C, A B C, …; one that fails is left out from then on, the others go on.
 *
 * @param runs how often each
 * @param measures by name, each resolves to what it measured; undefined ones are left out
 * @returns the samples by name, or `{ failed }` with the reason
 */
export async function inTurns(runs, measures) {
  const names = Object.keys(measures).filter((name) => measures[name]);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let run = 0; run < runs; run++)
    for (const name of names) {
      if (!Array.isArray(results[name])) continue;
      try {
        results[name].push(await measures[name](run));
      } catch (error) {
        console.error(`${name}: ${error.message}`);
        results[name] = { failed: error.message };
      }
    }
  return results;
}

/** A row's samples out of what `inTurns` returned: one part of each, or all of it. */
export function samplesOf(result, part) {
  if (!Array.isArray(result)) return result;
  return { samples: part === undefined ? result : result.map((sample) => sample[part]) };
}

/** The same as another row's baseline; undefined where there are none. */
export function baselineOf(name, result, part) {
  return Array.isArray(result) ? { name, ...samplesOf(result, part) } : undefined;
}

/** How many ms `body` takes. */
export async function timed(body) {
  const from = performance.now();
  await body();
  return performance.now() - from;
}
