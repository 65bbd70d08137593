import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { LnPlayError } from '../../../core/errors.js';
import { run } from '../../../process/run.js';
import { PROGRAMS } from '../fetch/programs.js';

const LOADER = /^ld(-linux.*|64)\.so\.\d+$/;
const LIBRARY = /\.so(\.|$)/;

interface UnpackOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly onDone: (count: number) => void;
}

/** Unpacks Debian packages over each other into one folder, some at once. When one fails, none is left running. */
export async function unpack(packages: readonly string[], folder: string, options: UnpackOptions): Promise<void> {
  const { env, signal, onDone } = options;
  await mkdir(folder, { recursive: true });
  const waiting = [...packages];
  let count = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      await run('dpkg', ['-x', next, folder], { env, signal });
      onDone(++count);
    }
  };
  const results = await Promise.allSettled(Array.from({ length: availableParallelism() }, work));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/**
 * Builds the folder that is kept, from the unpacked packages: `libexec` with the programs, `lib` with their libraries
 * and the loader that belongs to these, and `bin` with scripts that bring the three together. Debian's newest programs
 * need its newest libc, so this machine's own loader cannot run them.
 */
export async function layOut(unpacked: string, folder: string): Promise<void> {
  const [bin, lib, libexec] = ['bin', 'lib', 'libexec'].map((name) => join(folder, name)) as [string, string, string];
  await Promise.all([bin, lib, libexec].map((path) => mkdir(path, { recursive: true, mode: 0o755 })));
  const { from, loader } = await findLoader(join(unpacked, 'usr', 'lib'));
  const libraries = (await readdir(from)).filter((name) => LIBRARY.test(name));
  await Promise.all(libraries.map((name) => rename(join(from, name), join(lib, name))));
  await Promise.all(
    PROGRAMS.map(async (program) => {
      await rename(join(unpacked, 'usr', 'bin', program), join(libexec, program));
      await writeFile(join(bin, program), script(program, loader), { mode: 0o755 });
    }),
  );
}

/** The loader lies beside the libraries, in the folder that is named after the architecture. */
async function findLoader(libraries: string): Promise<{ from: string; loader: string }> {
  for (const name of await readdir(libraries)) {
    const from = join(libraries, name);
    const loader = (await readdir(from).catch(() => [])).find((file) => LOADER.test(file)); // not all are folders
    if (loader) return { from, loader };
  }
  throw new LnPlayError(
    'DOWNLOAD',
    `The packages hold no loader: there is no ld-linux*.so in a folder of ${libraries}`,
    {
      hint: 'install bitcoind yourself, and name it with --bitcoind or BITCOIND_EXE',
    },
  );
}

/** Works from any folder, through links, and in a path with spaces. */
const script = (program: string, loader: string): string => `#!/bin/sh
# Written by ln-play: runs Debian's ${program} with the loader and the libraries that came with it.
self=$0
if [ -L "$self" ]; then self=$(readlink -f -- "$self"); fi
root=\${self%/*}/..
exec "$root/lib/${loader}" --argv0 ${program} --library-path "$root/lib" "$root/libexec/${program}" "$@"
`;
