/** The middle of some numbers. */
export function median(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Measures several things in turns: A B C, A B C, …
 *
 * @param runs how often each
 * @param measures by name, each resolves to what it measured
 * @returns the samples, by name
 */
export async function inTurns(runs, measures) {
  const samples = Object.fromEntries(Object.keys(measures).map((name) => [name, []]));
  for (let run = 0; run < runs; run++)
    for (const [name, measure] of Object.entries(measures)) samples[name].push(await measure(run));
  return samples;
}

/** How many ms `body` takes. */
export async function timed(body) {
  const from = performance.now();
  await body();
  return performance.now() - from;
}
