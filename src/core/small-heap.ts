/** For a program of Node's of which many run: V8 collects its garbage in one thread, as no processor is idle to help. */
export const SMALL_HEAP_FLAGS: readonly string[] = ['--single-threaded-gc'];

/**
 * Keeps such a program small: V8 collects its young objects before they take more than a megabyte. It is set when the program
 * has loaded Node's own modules: of a process that is started with it (or with `--max-semi-space-size`), V8 does not take what
 * Node has compiled of them.
 */
export const SMALL_HEAP_LATER = '--semi-space-growth-factor=1';

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
