import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders = new Set();

/** A new temporary folder; gone at the end of the bench at the latest. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'ln-play-bench-'));
  folders.add(folder);
  return folder;
}

export function removeTemporary(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.delete(folder);
}

export function removeTemporaries() {
  for (const folder of folders) removeTemporary(folder);
}
