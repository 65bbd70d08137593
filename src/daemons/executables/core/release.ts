import { PATIENCE, type Patience } from '../download/patient.js';
import type { Host } from '../host.js';

/** A release of Bitcoin Core, as bitcoincore.org lays it out. */
export interface Release {
  readonly version: string;
  /** Of each target's `bitcoin-<version>-<target>.tar.gz`, in hex. */
  readonly sha256: { readonly [target: string]: string };
  readonly patience: Patience;
}

/** The release that is fetched. Its hashes are those of SHA256SUMS, which Bitcoin Core's builders sign. */
export const RELEASE: Release = {
  version: '31.1',
  sha256: {
    'x86_64-linux-gnu': 'b80d9c3e04da78fb6f0569685673418cf686fadba9042d926d13fb87ff503f9e',
    'aarch64-linux-gnu': 'dcf1873f2208ba4f962f3398d47e154c39c0084be8f4553e05c940d0ace3d004',
    'x86_64-apple-darwin': 'bc506958d0f387c1ea770bdc7c7192a505fa645ff62cabcc7761fa7eb89e867e',
    'arm64-apple-darwin': '16a097c09fbd7eb78b240ce1dae123663ea2e5e377cfd6a951e71e227e23cf2f',
  },
  patience: PATIENCE,
};

interface Target {
  readonly name: string;
  /** What its programs are loaded by, from the root folder. Where there is none, they can't run: Alpine, for one. */
  readonly loader?: string;
}

const TARGETS: { readonly [system: string]: Target } = {
  'linux x64': { name: 'x86_64-linux-gnu', loader: 'lib64/ld-linux-x86-64.so.2' },
  'linux arm64': { name: 'aarch64-linux-gnu', loader: 'lib/ld-linux-aarch64.so.1' },
  'darwin x64': { name: 'x86_64-apple-darwin' },
  'darwin arm64': { name: 'arm64-apple-darwin' },
};

/** Which of a release's files is for this machine; undefined if none is. */
export const targetOf = ({ platform, arch }: Host): Target | undefined => TARGETS[`${platform} ${arch}`];
