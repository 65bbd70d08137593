import { createHash } from 'node:crypto';
import { tarOf, type Files, type TarOptions } from '../tar.js';

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
export const LAYOUT: Files = {
  [`${FOLDER}/README.md`]: 'Bitcoin Core',
  [`${FOLDER}/bin/bitcoin-tx`]: program('bitcoin-tx'),
  [`${FOLDER}/bin/bitcoind`]: program('bitcoind'),
  [`${FOLDER}/bin/bitcoin-cli`]: program('bitcoin-cli'),
  [`${FOLDER}/share/man/man1/bitcoind.1`]: 'manual',
};

/** Makes a .tar.gz of files below `folder`, which is removed. */
export async function archiveOf(
  folder: string,
  files: Files = LAYOUT,
  { paths = [FOLDER], prepare }: Omit<TarOptions, 'gzip'> = {},
): Promise<Archive> {
  const bytes = await tarOf(folder, files, { gzip: true, paths, prepare });
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
