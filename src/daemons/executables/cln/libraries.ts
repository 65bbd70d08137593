import { LnPlayError } from '../../../core/errors.js';
import { run, type RunOptions } from '../../../process/run.js';
import { onPath } from '../files.js';

/** What the dynamic linker finds to be missing. */
export interface Missing {
  /** Libraries by their soname: `libpq.so.5`. */
  readonly libraries: readonly string[];
  /** Versions of libraries that are there, but older: `GLIBC_2.38`. */
  readonly versions: readonly string[];
}

/** The packages of each library that Core Lightning's builds are linked with, and of what these need. */
const PACKAGES: { readonly [soname: string]: { readonly apt: string; readonly dnf: string } } = {
  'libpq.so.5': { apt: 'libpq5', dnf: 'libpq' },
  'libsodium.so.23': { apt: 'libsodium23', dnf: 'libsodium' },
  'libsqlite3.so.0': { apt: 'libsqlite3-0', dnf: 'sqlite-libs' },
  'libz.so.1': { apt: 'zlib1g', dnf: 'zlib' },
  'libgmp.so.10': { apt: 'libgmp10', dnf: 'gmp' },
  'libgcc_s.so.1': { apt: 'libgcc-s1', dnf: 'libgcc' },
  'libstdc++.so.6': { apt: 'libstdc++6', dnf: 'libstdc++' },
  'libssl.so.3': { apt: 'libssl3', dnf: 'openssl-libs' },
  'libcrypto.so.3': { apt: 'libssl3', dnf: 'openssl-libs' },
};

/** What installs packages, and what it takes where the table lacks a library; dnf finds packages by what is in them. */
const MANAGERS = [
  { name: 'apt', program: 'apt-get', otherwise: () => undefined },
  { name: 'dnf', program: 'dnf', otherwise: (soname: string) => `'${soname}()(64bit)'` },
] as const;

/** Asks the dynamic linker (ldd(1)) for what programs need; what is no program of its kind needs nothing. */
export async function missingOf(programs: readonly string[], options: RunOptions): Promise<Missing> {
  const script = 'for program; do LC_ALL=C ldd "$program" 2>&1; done; true'; // it fails for a script
  const { stdout } = await run('sh', ['-c', script, 'sh', ...programs], options);
  return missingIn(stdout);
}

/** What ldd(1), or the loader of a program that it could not start, says to be missing. */
export function missingIn(text: string): Missing {
  const all = (pattern: RegExp): string[] =>
    [...new Set(Array.from(text.matchAll(pattern), (match) => match[1] ?? match[2]!))].sort();
  return {
    libraries: all(/^\s*(\S+) => not found|error while loading shared libraries: ([^:\s]+):/gm),
    versions: all(/version [`']([^']+)' not found/g),
  };
}

/**
 * @param what needs them: "lightningd v25.12"
 * @param again what to type afterwards
 * @throws {LnPlayError} MISSING_BINARY if something is missing, with the command that installs it
 */
export async function assertNothingMissing(
  { libraries, versions }: Missing,
  { what, again, env }: { readonly what: string; readonly again: string; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  if (versions.length > 0)
    throw new LnPlayError('MISSING_BINARY', `${what} needs ${listed(versions)}, and this system is older`, {
      hint: 'take the build for an older system, with --for ubuntu-22.04',
    });
  if (libraries.length === 0) return;
  const is = libraries.length > 1 ? 'are' : 'is';
  throw new LnPlayError('MISSING_BINARY', `${what} needs ${listed(libraries)}, which ${is} not on this machine`, {
    hint: `${await howToInstall(libraries, env)}\nthen: ${again} (what was fetched is kept)`,
  });
}

async function howToInstall(libraries: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  for (const { name, program, otherwise } of MANAGERS) {
    if (!(await onPath(program, env))) continue;
    const packageOf = (soname: string) => PACKAGES[soname]?.[name] ?? otherwise(soname);
    const packages = [...new Set(libraries.flatMap((soname) => packageOf(soname) ?? []))];
    const unknown = libraries.filter((soname) => !packageOf(soname));
    return [
      ...(packages.length > 0 ? [`sudo ${program} install ${packages.join(' ')}`] : []),
      ...(unknown.length > 0 ? [`install the packages that have ${listed(unknown)}`] : []),
    ].join('\n');
  }
  return `install the packages that have ${listed(libraries)}`;
}

const listed = (names: readonly string[]): string => names.join(', ').replace(/, ([^,]*)$/, ' and $1');
