import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withLock } from '../../src/process/lock.js';

const run = promisify(execFile);

/** What is installed and compiled here is kept from run to run: it takes from seconds to a minute. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/plugins', import.meta.url));

/** What a template needs before it can be built or run: makes it in its folder, or throws why it cannot be had. */
export const TOOLCHAINS: { readonly [template: string]: (folder: string) => Promise<void> } = {
  python: async (folder) => {
    const venv = join(CACHE, 'python');
    const complete = join(venv, 'complete');
    await mkdir(CACHE, { recursive: true });
    await withLock(CACHE, 'python', { what: 'the virtual environment', wait: 'wait' }, async () => {
      if (existsSync(complete)) return;
      await run('python3', ['-m', 'venv', '--clear', venv]);
      await run(join(venv, 'bin', 'pip'), ['install', '--quiet', '-r', join(folder, 'requirements.txt')]);
      await run('touch', [complete]);
    });
    await symlink(venv, join(folder, '.venv'));
  },
  rust: async (folder) => {
    const target = join(CACHE, 'rust');
    await mkdir(target, { recursive: true });
    await symlink(target, join(folder, 'target'));
    await run('cargo', ['fetch', '--quiet'], { cwd: folder });
  },
  go: async () => {
    await run('go', ['version']);
  },
};
