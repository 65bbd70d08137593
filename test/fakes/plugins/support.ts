import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Fault =
  | 'silent'
  | 'half'
  | 'banner'
  | 'array'
  | 'no-jsonrpc'
  | 'twice'
  | 'unknown-id'
  | 'numeric-id'
  | 'error'
  | 'neither'
  | 'die'
  | 'flood'
  | 'fork-and-exit'
  | 'bad-log'
  | 'unannounced'
  /** Listens on `port`, and disables itself where it cannot. */
  | 'listen'
  | 'disable';

/** What a fake plugin does wrong, by the method that it is asked; and what it answers. */
export interface FakeBehaviour {
  readonly on?: { readonly [method: string]: Fault };
  /** Fields of its manifest that replace its own. */
  readonly manifest?: object;
  /** What its method `fake` answers. */
  readonly answer?: string;
  /** A line that it writes to its standard error at its start. */
  readonly stderr?: string;
  readonly port?: number;
  /** Its method `fake` answers its pid too. */
  readonly tellPid?: true;
  readonly onStdinEnd?: 'stay';
  readonly onShutdown?: 'stay';
  readonly ignoreSigterm?: boolean;
  /** An argument by which to find what it leaves behind. */
  readonly mark?: string;
}

const PROGRAM = fileURLToPath(new URL('fake-plugin.js', import.meta.url));

/** Writes an executable plugin of that behaviour, and returns its path. */
export async function writeFakePlugin(folder: string, behaviour: FakeBehaviour, name = 'fake.sh'): Promise<string> {
  const argument = JSON.stringify(behaviour).replaceAll("'", String.raw`'\''`);
  return await writeScript(folder, name, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' '${argument}'\n`);
}

/** Writes an executable file, and returns its path. */
export async function writeScript(folder: string, name: string, text: string, mode = 0o755): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}
