const LINE = /lightningd: (Adding|Removing stale) block (\d+): ([0-9a-f]{64})$/;

/**
 * The blocks that a lightningd says it has, in these lines of its log, by height.
 *
 * No RPC tells the hash of its tip: getinfo has the height alone, and our bitcoin backend knows which blocks lightningd was
 * given, not which it took. The log does, for both lightningds, at the level that a playground's config has (debug); where
 * somebody has changed that, or much was said since the last block, the height has to do.
 */
export function blockHashes(lines: readonly string[]): Map<number, string> {
  const hashes = new Map<number, string>();
  for (const line of lines) {
    const [, what, height, hash] = LINE.exec(line) ?? [];
    if (hash === undefined) continue;
    if (what === 'Adding') hashes.set(Number(height), hash);
    else hashes.delete(Number(height));
  }
  return hashes;
}
