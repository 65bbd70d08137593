import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withLock } from '../../src/process/lock.js';

const run = promisify(execFile);

/** Kept from run to run: installing takes seconds. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/pyln', import.meta.url));

type Pyln = { readonly linkInto: (folder: string) => Promise<void> } | { readonly whyNot: string };

/** A virtual environment with pyln-client, made once, or why there is none. */
export async function pyln(): Promise<Pyln> {
  const venv = join(CACHE, 'venv');
  const complete = join(venv, 'complete');
  try {
    await withLock(CACHE, 'pyln', { what: 'pyln-client', wait: 'wait' }, async () => {
      if (existsSync(complete)) return;
      await run('python3', ['-m', 'venv', '--clear', venv]);
      await run(join(venv, 'bin', 'pip'), ['install', '--quiet', 'pyln-client']);
      await run('touch', [complete]);
    });
  } catch (error) {
    return { whyNot: `no pyln-client: ${String(error).split('\n')[0]}` };
  }
  return { linkInto: (folder) => symlink(venv, join(folder, '.venv')) };
}
