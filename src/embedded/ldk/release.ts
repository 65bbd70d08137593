import * as ldk from '#ldk';

/** What scripts/bundle-ldk.js adds to the package's own exports. */
interface Bundled {
  readonly releaseObject: (object: object) => void;
}

/**
 * Frees at once what objects have in LDK's memory: each is a few bytes to the garbage collector, which sees no reason to
 * hurry, and LDK's memory never shrinks again. They must not be used afterwards.
 */
export function release(...objects: readonly object[]): void {
  for (const object of objects) (ldk as unknown as Bundled).releaseObject(object);
}
