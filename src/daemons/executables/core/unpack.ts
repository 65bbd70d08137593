import { chmod } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { ReadEntry } from 'tar';
import { LnPlayError, messageOf } from '../../../core/errors.js';
import { OTHERWISE } from '../fetch/programs.js';
import { isExecutable } from '../files.js';

/**
 * Unpacks some programs of a .tar.gz into `bin`, flat, and nothing else: no links, no folders. An archive that has an entry
 * for a place outside its folder is refused as a whole.
 *
 * @param wanted the programs' paths in the archive, with `/`
 * @throws {LnPlayError} DOWNLOAD for what is not such an archive; else what the file system says
 */
export async function unpackPrograms(
  file: string,
  wanted: readonly string[],
  bin: string,
  from: string,
): Promise<void> {
  const { extract } = await import('tar'); // only where something is unpacked
  const outside: string[] = [];
  try {
    await extract({
      file,
      cwd: bin,
      strip: wanted[0]!.split('/').length - 1,
      strict: true, // else what cannot be written is left out
      filter: (path, entry) => {
        if (isAbsolute(path) || path.split('/').includes('..')) outside.push(path);
        return wanted.includes(path) && (entry as ReadEntry).type === 'File';
      },
    });
  } catch (cause) {
    if (isOfArchive(cause)) throw broken(from, messageOf(cause), cause);
    throw cause;
  }
  if (outside.length > 0) throw broken(from, `it would write outside its folder: ${outside[0]}`);
  for (const path of wanted) {
    const program = join(bin, path.split('/').at(-1)!);
    await chmod(program, 0o755).catch(() => {}); // what is missing is told below
    if (!(await isExecutable(program))) throw broken(from, `it has no file ${path}`);
  }
}

const isOfArchive = (cause: unknown): boolean =>
  cause instanceof Error && 'tarCode' in cause && (!('code' in cause) || /^(TAR|Z)_/.test(String(cause.code)));

function broken(from: string, what: string, cause?: unknown): LnPlayError {
  return new LnPlayError('DOWNLOAD', `What ${from} gave is not Bitcoin Core's release: ${what}`, {
    hint: OTHERWISE,
    ...(cause === undefined ? {} : { cause }),
  });
}
