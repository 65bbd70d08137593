import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readIfThere, writeWhole } from '../core/files.js';
import { shellWord } from '../core/shell.js';

/** Our plugins, each a program of the build that is there when it is run: this file's own may have gone by then. */
const PLUGINS = new URL('../../dist/daemons/', import.meta.url);

export type OwnPlugin = 'bitcoin-backend' | 'peer-screen' | 'web-feed';

/**
 * Puts a program into `folder` that a lightningd can run as its plugin, with the Node of this moment.
 *
 * @returns its path
 */
export async function installPlugin(folder: string, name: OwnPlugin): Promise<string> {
  const main = fileURLToPath(new URL(`${name}/main.js`, PLUGINS));
  const file = join(folder, name);
  // neither speaks TLS with anybody: see core/certificates.ts
  const text = `#!/bin/sh\nunset NODE_EXTRA_CA_CERTS\nexec ${shellWord(process.execPath)} ${shellWord(main)} "$@"\n`;
  if ((await readIfThere(file)) !== text) await writeWhole(file, text, 0o700);
  return file;
}
