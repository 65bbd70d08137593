import { createReadStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LnPlayError, messageOf, systemCode } from '../../../core/errors.js';
import { isExecutable } from '../files.js';

/** Where a build has its programs: Ubuntu's and Fedora's differ. */
const PREFIXES = ['usr', 'usr/local'];
/** What of a build is wanted: no manuals. */
const WANTED = /^(?:\.\/)?usr\/(?:local\/)?(?:bin|libexec)\//;

/**
 * Unpacks the programs of a build: `bin` and `libexec`. An archive with anything for a place outside its folder is refused
 * as a whole.
 *
 * @param file .tar.xz or .tar.gz, by `name`
 * @param staging an empty folder
 * @returns the folder in it that has `bin` and `libexec`
 * @throws {LnPlayError} DOWNLOAD for what is not such an archive; else what the file system says
 */
export async function unpackBuild(file: string, name: string, staging: string, from: string): Promise<string> {
  const { Unpack } = await import('tar'); // only where something is unpacked
  const outside: string[] = [];
  const failures: unknown[] = [];
  const unpacked = new Unpack({
    cwd: staging,
    filter: (path) => {
      const leaves = path.startsWith('/') || path.split('/').includes('..');
      if (leaves) outside.push(path);
      return WANTED.test(path) && !leaves;
    },
    // what cannot be written is left out then, and all else is written when it ends
    onwarn: (_code, message, data) => void failures.push(data instanceof Error ? data : new Error(message)),
  });
  try {
    await pipeline(name.endsWith('.xz') ? await withoutXz(file) : createReadStream(file), unpacked);
  } catch (cause) {
    failures.unshift(cause);
  }
  const [cause] = failures;
  if (isOfFileSystem(cause)) throw cause;
  if (outside.length > 0) throw broken(from, `it would write outside its folder: ${outside[0]}`);
  if (cause !== undefined) throw broken(from, messageOf(cause), cause);
  for (const prefix of PREFIXES)
    if (await isExecutable(join(staging, prefix, 'bin', 'lightningd'))) {
      const made = join(staging, 'new');
      await rename(join(staging, prefix), made);
      return made;
    }
  throw broken(from, 'it has no usr/bin/lightningd');
}

/** By WebAssembly: a bare Ubuntu has no xz(1). */
async function withoutXz(file: string): Promise<Readable> {
  const { XzReadableStream } = (await import('xz-decompress')).default; // CommonJS
  const packed = Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
  return Readable.fromWeb(new XzReadableStream(packed) as Parameters<typeof Readable.fromWeb>[0]);
}

const isOfFileSystem = (cause: unknown): boolean => !!systemCode(cause) && !/^(TAR|Z)_/.test(systemCode(cause)!);

function broken(from: string, what: string, cause?: unknown): LnPlayError {
  return new LnPlayError('DOWNLOAD', `What ${from} gave is no build of Core Lightning: ${what}`, {
    hint: 'choose another version, or name a lightningd with --lightningd',
    ...(cause === undefined ? {} : { cause }),
  });
}
