/**
 * Keeps a program of Node's that runs for long small: V8 collects its young objects before they take 2 MB (`--max-semi-space-size`
 * of node(1), 16 by default), at no cost that was measured.
 */
export const SMALL_HEAP_FLAGS: readonly string[] = ['--max-semi-space-size=2'];

/**
 * The same for its buffers: glibc gives back at once what was freed, whereas it would by default keep ever more, since it
 * takes a large block that was freed for a sign that more such come (mallopt(3)). It is read at the start of the process.
 */
export const SMALL_HEAP_ENV: Readonly<Record<string, string>> = {
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '65536',
};

/** An environment for a program to which that doesn't apply. */
export const withoutSmallHeap = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name, value]) => SMALL_HEAP_ENV[name] !== value));
