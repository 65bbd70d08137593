/**
 * Gathers what is asked for at about the same time, and does it for all at once: each gets what comes of it.
 *
 * @param gatherMs how long it waits for more
 */
export function together<T, R>(act: (all: readonly T[]) => Promise<R>, gatherMs: number): (one: T) => Promise<R> {
  let next: { readonly all: T[]; readonly done: Promise<R> } | undefined;
  return async (one) => {
    if (!next) {
      const all: T[] = [];
      const done = new Promise((resolve) => setTimeout(resolve, gatherMs)).then(async () => {
        next = undefined;
        return await act(all);
      });
      next = { all, done };
    }
    next.all.push(one);
    return await next.done;
  };
}
