import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../../core/errors.js';
import type { Host } from '../host.js';

/** Where apt's own settings are. */
export const aptFolder = ({ root }: Host): string => join(root, 'etc', 'apt');

/** One place that apt takes binary packages from: an entry of sources.list(5), one for each of its URIs. */
export interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** A keyring's path, or anything else that the field may hold. */
  readonly signedBy: string | undefined;
}

const SUITES = 'buster bullseye bookworm trixie forky duke sid oldoldstable oldstable stable testing unstable'.split(
  ' ',
);
const DEBIAN_PATH = /\/debian\/?$/;
const METHODS = /^(https?|file|mirror|mirror\+\w+|tor\+https?|ftp):/;

/**
 * The mirror of Debian's archive that this machine's own apt sources name, as a URI for another source entry; undefined
 * if there is none: Ubuntu's mirrors, for one, carry no Debian suites.
 */
export async function findDebianMirror(host: Host): Promise<string | undefined> {
  const sources = (await readAptSources(aptFolder(host))).filter(isDebianArchive);
  return (sources.find(({ signedBy }) => signedBy?.includes('debian-archive')) ?? sources[0])?.uri;
}

/** A mirror as it may be shown: a password in it is nobody's business. */
export const shownMirror = (mirror: string): string => mirror.replace(/\/\/[^/@]*@/, '//');

/** Other people's archives use Debian's suite and component names too; they are told by their key and path. */
function isDebianArchive({ uri, suites, components, signedBy }: AptSource): boolean {
  if (!METHODS.test(uri) || !components.includes('main')) return false;
  if (!suites.some((suite) => SUITES.includes(suite))) return false;
  return signedBy === undefined
    ? DEBIAN_PATH.test(uri) || uri.startsWith('mirror')
    : signedBy.includes('debian-archive');
}

/** Reads `sources.list` and what lies in `sources.list.d`, in both formats of sources.list(5). */
async function readAptSources(aptEtc: string): Promise<AptSource[]> {
  const parts = join(aptEtc, 'sources.list.d');
  const files = [join(aptEtc, 'sources.list'), ...(await listed(parts)).sort().map((name) => join(parts, name))];
  const sources = await Promise.all(
    files.map(async (file) => {
      if (file.endsWith('.sources')) return parseDeb822(await textOf(file));
      return file.endsWith('.list') ? parseOneLine(await textOf(file)) : [];
    }),
  );
  return sources.flat();
}

/** The format of `.list`: `deb [option=value …] uri suite component…`, one a line. */
export function parseOneLine(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+([^#]*)/.exec(line);
    if (!match) return [];
    const [suite, ...components] = words(match[3]!);
    const signedBy = /\bsigned-by=(\S+)/i.exec(match[1] ?? '')?.[1];
    return suite ? [{ uri: match[2]!, suites: [suite], components, signedBy }] : [];
  });
}

/** The format of `.sources`: stanzas of deb822(5), whose fields go on in lines that begin with a space. */
export function parseDeb822(text: string): AptSource[] {
  const uncommented = text.replaceAll(/^#.*\n?/gm, '');
  return uncommented.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>();
    for (const match of stanza.matchAll(/^([^\s:]+):((?:.*)(?:\n[ \t].*)*)/gm))
      fields.set(match[1]!.toLowerCase(), match[2]!.trim());
    const list = (name: string) => words(fields.get(name) ?? '');
    if (!list('types').includes('deb') || /^(no|false|0|off)$/i.test(fields.get('enabled') ?? '')) return [];
    const common = { suites: list('suites'), components: list('components'), signedBy: fields.get('signed-by') };
    return list('uris').map((uri) => ({ uri, ...common }));
  });
}

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);

async function listed(folder: string): Promise<string[]> {
  return await readdir(folder).catch(ifMissing([]));
}

async function textOf(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(ifMissing(''));
}

/** A source that this user may not read is no source for this user's apt either. */
function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(systemCode(error) ?? '')) return value;
    throw error;
  };
}
