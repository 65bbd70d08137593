import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readIfThere, writeWhole } from '../../core/files.js';
import { shellWord } from '../../core/shell.js';

/** Of the build that is there when it is run: this file's own may have gone by then. */
const MAIN = fileURLToPath(new URL('../../../dist/daemons/bitcoin-backend/main.js', import.meta.url));

/**
 * Puts a program into `folder` that a lightningd can run as its plugin, with the Node of this moment.
 *
 * @returns its path
 */
export async function installBackend(folder: string): Promise<string> {
  const file = join(folder, 'bitcoin-backend');
  const text = `#!/bin/sh\nexec ${shellWord(process.execPath)} ${shellWord(MAIN)} "$@"\n`;
  if ((await readIfThere(file)) !== text) await writeWhole(file, text, 0o700);
  return file;
}
