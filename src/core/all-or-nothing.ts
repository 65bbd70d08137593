/**
 * Runs pieces of work at once. When one fails, the others are told by their signal, and only when all have ended is the
 * first failure thrown: so nothing goes on behind the back of whoever cleans up.
 */
export async function allOrNothing<T>(
  signal: AbortSignal | undefined,
  bodies: readonly ((signal: AbortSignal) => Promise<T>)[],
): Promise<T[]> {
  const failed = new AbortController();
  const both = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  let first: { readonly error: unknown } | undefined;
  const results = await Promise.allSettled(
    bodies.map(async (body) => {
      try {
        return await body(both);
      } catch (error) {
        first ??= { error };
        failed.abort(error);
        throw error;
      }
    }),
  );
  if (first) throw first.error;
  return results.map((result) => (result as PromiseFulfilledResult<T>).value);
}
