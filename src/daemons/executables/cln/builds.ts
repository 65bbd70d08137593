import type { System } from './system.js';

/** One of a release's files: the programs, built for a system. */
export interface Build extends System {
  readonly file: string;
  /** Of the file, in hex. */
  readonly sha256: string;
}

/**
 * `clightning-v26.06.6-Ubuntu-24.04-amd64.tar.xz`. Releases differ in small letters and capitals, old ones don't name the
 * architecture, and Fedora's are .tar.gz.
 */
const FILE = /^clightning-(?<tag>.+?)-(?<name>ubuntu|fedora)-(?<number>\d+(?:\.\d+)?)(?:-amd64)?\.tar\.[xg]z$/i;

/**
 * The builds of one release that its checksums name, as sha256sum(1) writes them. Nothing else counts: checksums that were
 * signed for another release have none of this one.
 */
export function buildsIn(sums: string, version: string): Build[] {
  return sums.split('\n').flatMap((line) => {
    const [, sha256, file] = /^([0-9a-f]{64}) [ *](\S+)$/.exec(line.trimEnd()) ?? [];
    const { tag, name, number } = (file && FILE.exec(file)?.groups) || {};
    if (tag !== version) return [];
    return [{ name: name!.toLowerCase() as System['name'], number: number!, file: file!, sha256: sha256! }];
  });
}

/** The build for a system: its own, else the one for the newest of those that are older, whose libraries it has still. */
export function buildFor({ name, number }: System, builds: readonly Build[]): Build | undefined {
  return builds
    .filter((build) => build.name === name && Number(build.number) <= Number(number))
    .sort((one, other) => Number(other.number) - Number(one.number))[0];
}
