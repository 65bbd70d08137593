import { fileURLToPath } from 'node:url';
import { isThere } from '../../core/files.js';
import { SMALL_HEAP_FLAGS } from '../../core/small-heap.js';
import type { Command } from '../../process/daemon-process.js';

/** What `--lightningd` and LIGHTNINGD_EXE call the lightningd that comes with this package. */
export const EMBEDDED = 'embedded';

/** The script lies at the same place seen from `src` and from `dist`. */
export const EMBEDDED_SCRIPT = fileURLToPath(new URL('../../../bin/ln-play-lightningd.js', import.meta.url));

/** How the lightningd of this package is started; undefined if it was not packed. */
export async function embeddedLightningd(): Promise<Command | undefined> {
  if (!(await isThere(EMBEDDED_SCRIPT))) return undefined;
  return { command: process.execPath, args: [...SMALL_HEAP_FLAGS, EMBEDDED_SCRIPT] };
}
