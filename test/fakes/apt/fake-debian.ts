import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DebianHost } from '../../../src/daemons/executables/debian/sources.js';

const FAKES = fileURLToPath(new URL('.', import.meta.url));

/** A machine with Debian's tools, where apt does what the test says. */
export interface FakeDebian {
  readonly root: string;
  readonly cache: string;
  readonly host: DebianHost;
  readonly gate: string;
  env(behaviour: string): NodeJS.ProcessEnv;
  /** The verbs that apt-get was called with so far. */
  aptCalls(): Promise<string[]>;
  remove(): Promise<void>;
}

export async function fakeDebian(): Promise<FakeDebian> {
  const root = await mkdtemp(join(tmpdir(), 'ln-play débian '));
  const host = { aptEtc: join(root, 'etc apt'), keyrings: join(root, 'keyrings') };
  const [cache, calls, gate] = ['cache', 'calls', 'gate'].map((name) => join(root, name)) as [string, string, string];
  await Promise.all(Object.values(host).map((path) => mkdir(path)));
  await writeFile(join(host.aptEtc, 'sources.list'), 'deb http://mirror.test/debian bookworm main\n');
  await writeFile(join(host.keyrings, 'debian-archive-keyring.gpg'), '');
  return {
    root,
    cache,
    host,
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
