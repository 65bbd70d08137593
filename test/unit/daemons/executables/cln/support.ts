import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import {
  installLightningd,
  type InstallOptions,
  type InstallReport,
} from '../../../../../src/daemons/executables/cln/install.js';
import { PATIENCE, type Patience } from '../../../../../src/daemons/executables/download/patient.js';
import {
  BUILD,
  buildOf,
  layout,
  serveRelease,
  VERSION,
  type ReleaseSite,
} from '../../../../fakes/cln-releases/release.js';
import { signerOf, type Signer } from '../../../../fakes/cln-releases/signer.js';

type Options = Omit<Partial<InstallOptions>, 'patience'> & { readonly patience?: Partial<Patience> };

interface Failure {
  readonly message: string;
  readonly hint: string;
  readonly details: readonly string[];
}

const BULK = { './usr/libexec/c-lightning/bulk': randomBytes(300_000) }; // so that it comes in chunks

/** An Ubuntu of its own for each test, that fetches from a server on loopback and trusts the key of a tester. */
class Ubuntu {
  signer!: Signer;
  root = '';
  site!: ReleaseSite;

  get cache(): string {
    return join(this.root, 'cache');
  }

  /** What keeps the releases. */
  get folder(): string {
    return join(this.cache, 'lightningd');
  }

  async begin(): Promise<void> {
    this.root = await mkdtemp(join(tmpdir(), 'ln-play côre '));
    for (const name of ['etc', 'lib64']) await mkdir(join(this.root, name));
    await writeFile(join(this.root, 'lib64', 'ld-linux-x86-64.so.2'), '');
    await writeFile(join(this.root, 'etc', 'os-release'), 'ID=ubuntu\nVERSION_ID="24.04"\n');
    await this.serve({ ...layout(), ...BULK });
  }

  async end(): Promise<void> {
    await this.site.close();
    await rm(this.root, { recursive: true, force: true });
  }

  /** Has another build on the server, of a version. */
  async serve(files: Parameters<typeof buildOf>[1], version = VERSION): Promise<void> {
    await this.site?.close();
    const build = await buildOf(join(this.root, 'archive'), files);
    this.site = await serveRelease({ [BUILD.replace(VERSION, version)]: build }, { version, signer: this.signer });
  }

  async install({ env, patience, ...options }: Options = {}, version = VERSION): Promise<InstallReport> {
    return await installLightningd(version, {
      host: { platform: 'linux', arch: 'x64', root: this.root },
      keys: this.site.keys,
      patience: { ...PATIENCE, ...patience },
      ...options,
      env: { PATH: process.env['PATH'], LN_PLAY_CACHE: this.cache, LN_PLAY_LIGHTNINGD_MIRROR: this.site.base, ...env },
    });
  }

  /** The DOWNLOAD error that it ends with. */
  async failing(options?: Options, version?: string): Promise<Failure> {
    const error: unknown = await this.install(options, version).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DOWNLOAD' });
    return error as Failure;
  }

  /** What is kept, besides the lock. */
  async cached(): Promise<string[]> {
    return (await readdir(this.folder)).filter((name) => !name.startsWith('fetch.lock'));
  }
}

export function useUbuntu(): Ubuntu {
  const ubuntu = new Ubuntu();
  beforeAll(async () => {
    ubuntu.signer = await signerOf('A Tester');
  });
  beforeEach(() => ubuntu.begin());
  afterEach(() => ubuntu.end());
  return ubuntu;
}
