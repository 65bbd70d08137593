import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeWhole } from '../../core/files.js';

/**
 * Puts a program into `folder` that a lightningd can run as its plugin, with the Node and the ln-play of this moment.
 *
 * @returns its path
 */
export async function installBackend(folder: string): Promise<string> {
  const file = join(folder, 'bitcoin-backend');
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  await writeWhole(file, `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(main)} "$@"\n`, 0o700);
  return file;
}

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
