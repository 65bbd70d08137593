import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LnPlayError } from '../../../core/errors.js';
import { run } from '../../../process/run.js';
import type { Host } from '../host.js';

/** The first Debian release that carries a bitcoind. */
export const SUITE = 'forky';
/** Bitcoin Knots: binaries `bitcoind` and `bitcoin-cli`. */
export const PACKAGE = 'bitcoin-knots';

const KEYRINGS = ['debian-archive-keyring.pgp', 'debian-archive-keyring.gpg'];

export interface AptOptions {
  /** A folder of our own, for apt's state, cache and configuration. */
  readonly dir: string;
  /** Where apt's programs are looked for, and its proxies. */
  readonly env: NodeJS.ProcessEnv;
  readonly mirror: string;
  readonly host: Host;
  readonly signal?: AbortSignal | undefined;
}

/**
 * An apt of our own, that needs no root and leaves the machine's packages alone: its state, cache, sources and list of
 * installed packages are in our folder. What the machine's configuration says of proxies stays (apt.conf(5)).
 */
export class Apt {
  readonly #dir: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #signal: AbortSignal | undefined;

  private constructor({ dir, env, signal }: AptOptions) {
    this.#dir = dir;
    this.#env = { ...env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
    this.#signal = signal;
  }

  static async create(options: AptOptions): Promise<Apt> {
    const { dir, env, mirror, host, signal } = options;
    const { stdout } = await run('dpkg', ['--print-architecture'], { env, signal });
    const folders = ['state/lists/partial', 'cache/archives/partial', 'sources', 'empty'];
    await Promise.all(folders.map((name) => mkdir(join(dir, name), { recursive: true, mode: 0o700 })));
    await Promise.all([
      writeFile(join(dir, 'sources', 'debian.sources'), sourceEntry(mirror, stdout.trim(), await findKeyring(host))),
      writeFile(join(dir, 'status'), INSTALLED),
      writeFile(join(dir, 'apt.conf'), CONFIGURATION),
    ]);
    return new Apt(options);
  }

  /** Fetches the list of packages, checked against Debian's signature. */
  async update(onPercent: (percent: number) => void): Promise<void> {
    await this.#apt(['update'], onPercent);
  }

  /**
   * Fetches a package with all that it depends on, checked against the list's hashes.
   *
   * @returns the packages' paths
   */
  async download(onPercent: (percent: number) => void): Promise<string[]> {
    await this.#apt(['--yes', '--download-only', '--no-install-recommends', 'install', PACKAGE], onPercent);
    const archives = join(this.#dir, 'cache', 'archives');
    const names = (await readdir(archives)).filter((name) => name.endsWith('.deb'));
    return names.map((name) => join(archives, name));
  }

  async #apt(args: readonly string[], onPercent: (percent: number) => void): Promise<void> {
    const onLine = (line: string) => {
      const percent = /^dlstatus:\d+:([\d.]+):/.exec(line)?.[1]; // APT::Status-Fd
      if (percent) onPercent(Math.round(Number(percent)));
    };
    const options = { env: this.#env, signal: this.#signal, onLine };
    await run('apt-get', [...this.#places(), ...args], options);
  }

  #places(): string[] {
    const at = (name: string) => join(this.#dir, name);
    const places = {
      'Dir::State': at('state'),
      'Dir::State::lists': at('state/lists'),
      'Dir::State::status': at('status'),
      'Dir::State::extended_states': at('state/extended_states'),
      'Dir::Cache': at('cache'),
      'Dir::Cache::archives': at('cache/archives'),
      'Dir::Etc::SourceList': '/dev/null',
      'Dir::Etc::SourceParts': at('sources'),
      'Dir::Etc::Preferences': '/dev/null',
      'Dir::Etc::PreferencesParts': at('empty'),
    };
    return ['-q', '-c', at('apt.conf'), ...Object.entries(places).flatMap(([key, value]) => ['-o', `${key}=${value}`])];
  }
}

/** Options without paths: read after the machine's own, of which they undo what would not fit here. */
const CONFIGURATION = `
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
#clear APT::Architectures;
APT::Default-Release "";
APT::Get::AllowUnauthenticated "false";
APT::Sandbox::User "root";
APT::Status-Fd "1";
APT::Update::Error-Mode "any";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::GzipIndexes "false";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::Retries "1";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "";
`;

/** What the package wants of a system that installs it, and its programs do without. */
const INSTALLED = ['debconf', 'systemd-standalone-sysusers']
  .map((name) =>
    [
      `Package: ${name}`,
      'Status: install ok installed',
      'Version: 9999',
      'Architecture: all',
      'Multi-Arch: foreign',
      'Maintainer: nobody <nobody@localhost>',
      'Description: not needed to run the programs',
      '',
    ].join('\n'),
  )
  .join('\n');

/** One entry of sources.list(5); `Targets` leaves out all lists but that of the packages. */
function sourceEntry(mirror: string, architecture: string, keyring: string): string {
  const fields = {
    Types: 'deb',
    URIs: mirror,
    Suites: SUITE,
    Components: 'main',
    Targets: 'Packages',
    Architectures: architecture,
    'Signed-By': keyring,
  };
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

async function findKeyring({ root }: Host): Promise<string> {
  const keyrings = join(root, 'usr', 'share', 'keyrings');
  const names = await readdir(keyrings).catch((): string[] => []); // the same as an empty one
  const name = KEYRINGS.find((known) => names.includes(known));
  if (name) return join(keyrings, name);
  throw new LnPlayError(
    'DOWNLOAD',
    `Debian's keys are not on this machine: ${keyrings} has no ${KEYRINGS.join(', no ')}`,
    {
      hint: 'install them with `sudo apt-get install debian-archive-keyring`',
    },
  );
}
