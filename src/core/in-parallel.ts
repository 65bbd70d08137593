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

/** Does something for each, at most so many at once. Once one has failed no other is begun; its error comes when all have ended. */
export async function eachAtOnce<T>(
  limit: number,
  items: readonly T[],
  body: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (const item of rest) {
      if (failures.length > 0) return;
      await body(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  if (failures.length > 0) throw failures[0];
}
