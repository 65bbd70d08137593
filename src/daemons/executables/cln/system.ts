import { join } from 'node:path';
import { LnPlayError } from '../../../core/errors.js';
import { readIfThere } from '../../../core/files.js';
import { isThere } from '../../../core/files.js';
import type { Host } from '../host.js';

/** A system that Core Lightning is built for: Ubuntu 24.04. */
export interface System {
  readonly name: 'ubuntu' | 'fedora';
  readonly number: string;
}

/** Why nothing is built for a machine, and what to do there. */
export interface NoSystem {
  readonly whyNot: string;
  readonly instead: readonly string[];
}

/** As files call it, and people type it: `ubuntu-24.04`. */
export const systemText = ({ name, number }: System): string => `${name}-${number}`;

/** As people say it: "Ubuntu 24.04". */
export const systemTitle = ({ name, number }: System): string => `${TITLES[name]} ${number}`;

const TITLES = { ubuntu: 'Ubuntu', fedora: 'Fedora' } as const;
/** The names of Ubuntu's releases, which systems that are made of it name too (os-release(5)). */
const UBUNTU: { readonly [codename: string]: string } = { jammy: '22.04', noble: '24.04', resolute: '26.04' };
const LOADER = 'lib64/ld-linux-x86-64.so.2';

const SOURCE = 'from its source: https://docs.corelightning.org/docs/installation, then name it with --lightningd PATH';
const CONTAINER = 'in a container: the image elementsproject/lightningd, which is for arm64 too';
const EMBEDDED = 'or stay with the lightningd that comes with ln-play, which needs nothing';

/**
 * What this machine is, as far as Core Lightning's builds go.
 *
 * @param asked `ubuntu-22.04` where a person says that this system's build is to be taken
 * @throws {LnPlayError} USAGE for what is no such system
 */
export async function systemOf(host: Host, asked?: string): Promise<System | NoSystem> {
  const { platform, arch, root } = host;
  if (platform === 'darwin')
    return { whyNot: 'none is made for macOS', instead: ['brew install core-lightning', CONTAINER, EMBEDDED] };
  if (platform !== 'linux' || arch !== 'x64')
    return { whyNot: `none is made for ${platform} on ${arch}`, instead: [CONTAINER, SOURCE, EMBEDDED] };
  if (!(await isThere(join(root, LOADER))))
    return { whyNot: `they need glibc, and there is no ${join(root, LOADER)}`, instead: [SOURCE, CONTAINER, EMBEDDED] };
  if (asked !== undefined) return readSystem(asked);
  const release = await osRelease(root);
  const { ID = '', VERSION_ID = '', UBUNTU_CODENAME = '' } = release;
  if (ID === 'fedora') return { name: 'fedora', number: VERSION_ID };
  const number = ID === 'ubuntu' ? VERSION_ID : UBUNTU[UBUNTU_CODENAME];
  if (number) return { name: 'ubuntu', number };
  return {
    whyNot: `none is made for ${release['PRETTY_NAME'] ?? 'this Linux'}`,
    instead: [
      'try the one for an Ubuntu that is older than your system, which may run: --for ubuntu-22.04',
      SOURCE,
      CONTAINER,
      EMBEDDED,
    ],
  };
}

function readSystem(text: string): System {
  const [, name, number] = /^(ubuntu|fedora)-(\d+(?:\.\d+)?)$/i.exec(text) ?? [];
  if (name) return { name: name.toLowerCase() as System['name'], number: number! };
  throw new LnPlayError('USAGE', `--for ${JSON.stringify(text)} is not a system that Core Lightning is built for`, {
    hint: 'for example --for ubuntu-24.04, or --for fedora-40',
  });
}

/** What the system says of itself, in the form of os-release(5). */
async function osRelease(root: string): Promise<{ readonly [name: string]: string | undefined }> {
  const text =
    (await readIfThere(join(root, 'etc/os-release'))) ?? (await readIfThere(join(root, 'usr/lib/os-release')));
  const fields = Array.from((text ?? '').matchAll(/^([A-Z_]+)=(["']?)(.*)\2$/gm), ([, name, , value]) => [name, value]);
  return Object.fromEntries(fields) as { [name: string]: string };
}
