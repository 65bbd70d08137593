import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { create } from 'tar';

/** A release's file, with its hash. */
export interface Archive {
  readonly bytes: Buffer;
  readonly sha256: string;
}

export const VERSION = '31.1';
const FOLDER = `bitcoin-${VERSION}`;

/** What stands for a program: it answers as Bitcoin Core's does, and leaves its datadir as that would. */
export const program = (name: string): string => `#!/bin/sh
case "$1 $2" in -datadir=*" -version") echo "Bitcoin Core daemon version v${VERSION}.0 ${name}" ;; *) exit 1 ;; esac
`;

/** The layout of a release: the two programs, others, and what is beside them. Random bytes make it worth some chunks. */
export const LAYOUT: { readonly [path: string]: string | Buffer } = {
  [`${FOLDER}/README.md`]: 'Bitcoin Core',
  [`${FOLDER}/bin/bitcoin-tx`]: program('bitcoin-tx'),
  [`${FOLDER}/bin/bitcoind`]: program('bitcoind'),
  [`${FOLDER}/bin/bitcoin-cli`]: program('bitcoin-cli'),
  [`${FOLDER}/share/man/man1/bitcoind.1`]: 'manual',
};

/** Makes a .tar.gz of files below `folder`, which is removed; `prepare` may add what is no plain file. */
export async function archiveOf(
  folder: string,
  files: { readonly [path: string]: string | Buffer } = LAYOUT,
  { paths = [FOLDER], prepare }: { paths?: string[]; prepare?: (inside: string) => Promise<void> } = {},
): Promise<Archive> {
  const inside = join(folder, 'inside');
  await mkdir(inside, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(inside, path)), { recursive: true });
    await writeFile(join(inside, path), content);
    await chmod(join(inside, path), path.includes('/bin/') ? 0o755 : 0o644);
  }
  await prepare?.(inside);
  const file = join(folder, 'archive.tar.gz');
  await create({ file, cwd: inside, gzip: true, portable: true, preservePaths: true }, paths);
  const bytes = await readFile(file);
  await rm(folder, { recursive: true, force: true });
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
