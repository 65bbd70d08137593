/** Runs pieces of work, at most so many at once; all of them, also where some fail. */
export async function inParallel<T>(
  limit: number,
  bodies: readonly (() => Promise<T>)[],
): Promise<PromiseSettledResult<T>[]> {
  const results: PromiseSettledResult<T>[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < bodies.length; index = next++)
      [results[index]] = await Promise.allSettled([bodies[index]!()]);
  };
  await Promise.all(Array.from({ length: Math.min(limit, bodies.length) }, work));
  return results;
}
