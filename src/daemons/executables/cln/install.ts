import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LnPlayError } from '../../../core/errors.js';
import { cacheFolder } from '../../../core/cache-folder.js';
import { downloadSmall, downloadWhole, PARTIAL } from '../download/download.js';
import { shownUrl } from '../download/failures.js';
import type { Goods } from '../download/goods.js';
import { below, siteOrMirror, whyOffline } from '../download/mirror.js';
import { PATIENCE, type Patience } from '../download/patient.js';
import { fetchOnce, stage } from '../fetch/keep.js';
import type { FetchProgress } from '../fetch/source.js';
import { THIS_HOST, type Host } from '../host.js';
import { askVersion } from '../version.js';
import { buildFor, buildsIn, type Build } from './builds.js';
import { installedLightningd, releasesFolder, type InstalledLightningd } from './installed.js';
import { releaseKeys, type TrustedKeys } from './keys.js';
import { assertNothingMissing, missingIn, missingOf } from './libraries.js';
import { checkSignatures } from './signature.js';
import { systemOf, systemText, systemTitle, type System } from './system.js';
import { unpackBuild } from './unpack.js';

/** The variable that names a mirror: what stands there for `https://github.com/ElementsProject/lightning/releases/download`. */
export const MIRROR_VARIABLE = 'LN_PLAY_LIGHTNINGD_MIRROR';
const SITE = 'https://github.com/ElementsProject/lightning/releases/download';
const OTHERWISE = 'install it yourself and name it with --lightningd or LIGHTNINGD_EXE';

export interface InstallOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** The machine, if it is not this one. */
  readonly host?: Host;
  /** The system whose build is taken, if it is not this one's: `ubuntu-22.04`. */
  readonly system?: string | undefined;
  /** Whose signatures count, if not Core Lightning's maintainers'. */
  readonly keys?: TrustedKeys | undefined;
  readonly patience?: Patience;
  readonly onProgress?: ((event: FetchProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface InstallReport extends InstalledLightningd {
  /** What was fetched for it: whose build, and who signed its checksums; undefined if it was there already. */
  readonly fetched: { readonly system: string; readonly signer: string; readonly from: string } | undefined;
}

/**
 * Installs a release of Core Lightning into our cache, without root: fetched from its release page or a mirror, its
 * checksums checked by their signature and the file by its checksum, unpacked, run once.
 *
 * @param version `v25.12`
 * @throws {LnPlayError} DOWNLOAD, also where there is no build for this machine; MISSING_BINARY for libraries that this
 *   machine lacks; USAGE for a setting that cannot be used; FILESYSTEM; ABORTED
 */
export async function installLightningd(version: string, options: InstallOptions = {}): Promise<InstallReport> {
  const { env = process.env, host = THIS_HOST, onProgress, signal } = options;
  const cache = cacheFolder(env);
  let fetched: InstallReport['fetched'];
  const there = await installedLightningd(cache, version);
  if (there) return { ...there, fetched };
  const base = siteOrMirror(SITE, MIRROR_VARIABLE, env);
  const system = await systemOf(host, options.system);
  if ('whyNot' in system) throw noBuild(version, system.whyNot, system.instead);
  const offline = whyOffline(env);
  if (offline) throw new LnPlayError('DOWNLOAD', `Core Lightning ${version} is not fetched: ${offline}`);

  const keeping = { folder: releasesFolder(cache), what: `lightningd ${version}`, onProgress, signal };
  await fetchOnce(
    keeping,
    async () => (await installedLightningd(cache, version)) !== undefined,
    () =>
      stage(keeping, version, async (staging) => {
        const release = new Release(below(base, version), version, { ...options, env, folder: keeping.folder });
        const { build, signer } = await release.chooseBuild(system, staging);
        const made = await release.fetch(build, staging);
        fetched = { system: systemTitle(build), signer, from: shownUrl(below(base, `${version}/${build.file}`)) };
        return made;
      }),
  );
  return { ...(await installedLightningd(cache, version))!, fetched };
}

/** With the folder that keeps what is fetched. */
type ReleaseOptions = InstallOptions & { readonly env: NodeJS.ProcessEnv; readonly folder: string };

/** One release, as its page on GitHub or a mirror has it. */
class Release {
  readonly #url: URL;
  readonly #version: string;
  readonly #options: ReleaseOptions;

  constructor(url: URL, version: string, options: ReleaseOptions) {
    this.#url = url;
    this.#version = version;
    this.#options = options;
  }

  /** The build for a system, of the checksums that somebody signed whose signature counts. */
  async chooseBuild(system: System, staging: string): Promise<{ readonly build: Build; readonly signer: string }> {
    const name = `SHA256SUMS-${this.#version}`;
    const bytes: Buffer[] = [];
    for (const [done, file] of [name, `${name}.asc`].entries()) {
      this.#report('checksums', done, 2);
      bytes.push(await downloadSmall(below(this.#url, file), join(staging, file), this.#request()));
    }
    const [sums, signatures] = bytes as [Buffer, Buffer];
    const verdict = await checkSignatures(sums, signatures.toString(), this.#options.keys ?? (await releaseKeys()));
    if ('whyNot' in verdict) throw this.#notSigned(below(this.#url, name), verdict.whyNot);
    this.#report('checksums', 2, 2);
    const builds = buildsIn(sums.toString(), this.#version);
    const build = buildFor(system, builds);
    if (!build) throw noBuild(this.#version, `none is made for ${systemTitle(system)}`, otherSystems(builds));
    return { build, signer: verdict.signer };
  }

  /** @returns the folder within `staging` with a lightningd that has run once */
  async fetch({ file, sha256 }: Build, staging: string): Promise<string> {
    const { env, folder, signal } = this.#options;
    const url = below(this.#url, file);
    const partial = join(folder, `${file}${PARTIAL}`);
    this.#report('download', 0, 0);
    const onBytes = (done: number, total: number) => this.#report('download', done, total);
    await downloadWhole(url, partial, { ...this.#request(), sha256, onBytes });
    this.#report('unpack', 0, 1);
    const made = await unpackBuild(partial, file, staging, shownUrl(url));
    this.#report('unpack', 1, 1);
    this.#report('check', 0, 1);
    const lightningd = join(made, 'bin', 'lightningd');
    await this.#assertLinked(await missingOf(await programsIn(made), { env, signal }));
    try {
      await askVersion('lightningd', { command: lightningd, args: [] }, { env, signal });
    } catch (cause) {
      if (!(cause instanceof LnPlayError) || cause.code !== 'DAEMON') throw cause;
      await this.#assertLinked(missingIn(cause.details.join('\n'))); // where there is no ldd
      throw new LnPlayError('DOWNLOAD', `The lightningd of ${shownUrl(url)} does not run here: ${cause.message}`, {
        details: cause.details,
        hint: OTHERWISE,
        cause,
      });
    }
    this.#report('check', 1, 1);
    return made;
  }

  async #assertLinked(missing: Parameters<typeof assertNothingMissing>[0]): Promise<void> {
    const { system, env } = this.#options;
    const again = `ln-play install lightningd ${this.#version}${system === undefined ? '' : ` --for ${system}`}`;
    await assertNothingMissing(missing, { what: `lightningd ${this.#version}`, again, env });
  }

  #report(phase: FetchProgress['phase'], done: number, total: number): void {
    this.#options.onProgress?.({ phase, done, total, from: this.#url.host });
  }

  #request() {
    const { env, patience = PATIENCE, signal } = this.#options;
    const goods: Goods = {
      what: `lightningd ${this.#version}`,
      mirror: MIRROR_VARIABLE,
      notFound: `look whether there is such a release: https://github.com/ElementsProject/lightning/releases`,
      otherwise: OTHERWISE,
    };
    return { goods, env, patience, signal, onBytes: () => {} };
  }

  #notSigned(url: URL, whyNot: readonly string[]): LnPlayError {
    return new LnPlayError(
      'DOWNLOAD',
      `No signature that counts is on the checksums of Core Lightning ${this.#version} from ${shownUrl(url)}`,
      {
        details: whyNot,
        hint: 'do not trust what this server has: nothing of it was kept. Keys that are newer than this ln-play come with a newer one',
      },
    );
  }
}

function noBuild(version: string, whyNot: string, instead: readonly string[]): LnPlayError {
  return new LnPlayError('DOWNLOAD', `Of Core Lightning ${version} there is no build for this machine: ${whyNot}`, {
    hint: ['get it in another way:', ...instead.map((way) => `  ${way}`)].join('\n'),
  });
}

const otherSystems = (builds: readonly Build[]): string[] =>
  builds.map((build) => `try the one for ${systemTitle(build)}: --for ${systemText(build)}`);

/** All that the dynamic linker is to be asked about. */
async function programsIn(made: string): Promise<string[]> {
  const files = await readdir(made, { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
