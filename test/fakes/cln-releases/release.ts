import { createHash } from 'node:crypto';
import type { TrustedKeys } from '../../../src/daemons/executables/cln/keys.js';
import { serveFiles, type Site } from '../http/site.js';
import { tarOf, type Files } from '../tar.js';
import { signerOf, type Signer } from './signer.js';
import { xz } from './xz.js';

export const VERSION = 'v26.06.6';
export const BUILD = `clightning-${VERSION}-Ubuntu-24.04-amd64.tar.xz`;

/** What stands for a program of Core Lightning. */
export const program = (version: string): string => `#!/bin/sh\n[ "$1" = --version ] || exit 1\necho ${version}\n`;

/** The layout of a build for Ubuntu. */
export const layout = (version = VERSION): Files => ({
  './usr/bin/lightningd': program(version),
  './usr/bin/lightning-cli': program(version),
  './usr/libexec/c-lightning/lightning_connectd': program(version),
  './usr/libexec/c-lightning/plugins/pay': program(version),
  './usr/share/man/man8/lightningd.8': 'manual',
});

/** A release on a server on loopback, with the layout of GitHub's, signed by a key of the test. */
export interface ReleaseSite extends Site {
  /** What stands for `https://github.com/ElementsProject/lightning/releases/download`. */
  readonly base: string;
  readonly keys: TrustedKeys;
  /** What the release has in one of its files: the text of its checksums, say. */
  readonly text: (name: string) => string;
  /** Gives one of its files other bytes, and nothing else. */
  readonly put: (name: string, bytes: Buffer | string) => void;
  /** Signs the checksums anew. */
  readonly sign: (signer: Signer, date?: Date) => Promise<void>;
}

/** @param builds the bytes of each build, by its file's name; the first is watched */
export async function serveRelease(
  builds: { readonly [file: string]: Buffer },
  { version = VERSION, signer }: { readonly version?: string; readonly signer?: Signer } = {},
): Promise<ReleaseSite> {
  const by = signer ?? (await signerOf('A Tester'));
  const path = (name: string) => `/releases/download/${version}/${name}`;
  const sums = Object.entries(builds).map(([file, bytes]) => `${sha256(bytes)}  ${file}\n`);
  const files = Object.fromEntries(Object.entries(builds).map(([file, bytes]) => [path(file), bytes]));
  const site = await serveFiles(files, path(Object.keys(builds)[0]!));
  const put = (name: string, bytes: Buffer | string) => void site.files.set(path(name), Buffer.from(bytes));
  const text = (name: string) => site.files.get(path(name))!.toString();
  const sign = async (who: Signer, date?: Date) =>
    put(`SHA256SUMS-${version}.asc`, await who.sign(text(`SHA256SUMS-${version}`), date));
  put(`SHA256SUMS-${version}`, sums.join(''));
  await sign(by);
  const keys = { armored: by.publicKey, fingerprints: [by.fingerprint] };
  return Object.assign(site, { base: `${site.origin}/releases/download`, keys, text, put, sign });
}

/** The build for Ubuntu of a release. */
export async function buildOf(folder: string, files: Files = layout()): Promise<Buffer> {
  return xz(await tarOf(folder, files));
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
