import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from '../../../src/daemons/executables/host.js';

const FAKES = fileURLToPath(new URL('.', import.meta.url));

/** A machine with Debian's tools, where apt does what the test says. */
export interface FakeDebian {
  readonly root: string;
  readonly cache: string;
  /** An x86_64 Linux without a glibc, until the test makes `lib64/ld-linux-x86-64.so.2`. */
  readonly host: Host;
  readonly aptEtc: string;
  readonly keyrings: string;
  readonly gate: string;
  env(behaviour: string): NodeJS.ProcessEnv;
  /** The verbs that apt-get was called with so far. */
  aptCalls(): Promise<string[]>;
  remove(): Promise<void>;
}

export async function fakeDebian(): Promise<FakeDebian> {
  const root = await mkdtemp(join(tmpdir(), 'ln-play débian '));
  const [aptEtc, keyrings] = [join(root, 'etc', 'apt'), join(root, 'usr', 'share', 'keyrings')];
  const [cache, calls, gate] = ['cache', 'calls', 'gate'].map((name) => join(root, name)) as [string, string, string];
  await Promise.all([aptEtc, keyrings].map((path) => mkdir(path, { recursive: true })));
  await writeFile(join(aptEtc, 'sources.list'), 'deb http://mirror.test/debian bookworm main\n');
  await writeFile(join(keyrings, 'debian-archive-keyring.gpg'), '');
  return {
    root,
    cache,
    host: { platform: 'linux', arch: 'x64', root },
    aptEtc,
    keyrings,
    gate,
    env: (behaviour) => ({
      PATH: `${FAKES}:/usr/bin:/bin`,
      LN_PLAY_CACHE: cache,
      FAKE_APT: behaviour,
      FAKE_APT_CALLS: calls,
      FAKE_APT_GATE: gate,
    }),
    aptCalls: async () => (await readFile(calls, 'utf8').catch(() => '')).split('\n').filter(Boolean),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
