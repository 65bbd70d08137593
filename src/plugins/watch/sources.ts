import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { LnPlayError, messageOf, systemCode } from '../../core/errors.js';

/** A plugin to watch, and where its code is. */
export interface WatchedSource {
  /** The file that lightningd starts, absolute. */
  readonly file: string;
  /** Folders to watch; `deep` ones with all below them. */
  readonly folders: readonly { readonly path: string; readonly deep: boolean }[];
  /** Whether a change of this file is one of the plugin's. */
  readonly concerns: (path: string) => boolean;
}

/** What makes a folder one plugin's own, so that all that is in it is its code. */
const PROJECT_FILES = ['package.json', 'requirements.txt', 'pyproject.toml', 'go.mod', 'Cargo.toml'];

/** What is never code: what tools and editors make while they run. */
const NOT_CODE = /(^|\/)(\.[^/]*|node_modules|__pycache__|target|4913)(\/|$)|(~|\.(log|swp|tmp|pyc|lock))$/;

/**
 * The plugins that are meant by files and folders: a folder stands for all plugins in it, by the rule of `plugin-dir`
 * (executable regular files without odd characters in their names), but for tests.
 *
 * @throws {LnPlayError} USAGE when one is not there, or a folder has no plugin in it
 */
export async function findSources(paths: readonly string[]): Promise<WatchedSource[]> {
  const sources: WatchedSource[] = [];
  for (const given of paths) {
    const path = resolve(given);
    if (await isFolder(path)) {
      const files = await executablesIn(path);
      if (files.length === 0)
        throw new LnPlayError('USAGE', `There is no executable file in ${path}`, {
          hint: 'make the plugin executable with chmod +x, or name it',
        });
      sources.push(...files.map((file) => wholeFolder(file, path)));
    } else sources.push(await sourceOf(path));
  }
  return sources.filter(({ file }, index) => sources.findIndex((other) => other.file === file) === index);
}

/** A script in a folder of its own may load all that is there; any other plugin is its file alone. */
async function sourceOf(file: string): Promise<WatchedSource> {
  const folder = dirname(file);
  const there = new Set(await readdir(folder));
  if (PROJECT_FILES.some((name) => there.has(name)) && (await isScript(file))) return wholeFolder(file, folder);
  const target = await realpath(file);
  const folders = [...new Set([folder, dirname(target)])].map((path) => ({ path, deep: false }));
  return { file, folders, concerns: (path) => path === file || path === target };
}

const wholeFolder = (file: string, folder: string): WatchedSource => ({
  file,
  folders: [{ path: folder, deep: true }],
  concerns: (path) => !isNotCode(relative(folder, path)),
});

/** @param path relative to the watched folder */
export const isNotCode = (path: string): boolean => NOT_CODE.test(path);

/** A plugin's test, as the test runners of all languages know it by its name. */
const TEST = /\.test\.|^test_|_test\./;

/** When something of a plugin's code was last written, renamed or given other permissions, in ms since 1970. */
export async function lastChange({ file, folders, concerns }: WatchedSource): Promise<number> {
  const of = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.ctimeMs ?? 0;
  const below = async (folder: string): Promise<number[]> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []); // it has gone again
    const all = entries.filter(({ name }) => concerns(join(folder, name)));
    return (
      await Promise.all(
        all.map((entry) =>
          (entry.isDirectory() ? below : async (path: string) => [await of(path)])(join(folder, entry.name)),
        ),
      )
    ).flat();
  };
  const deep = await Promise.all(folders.flatMap(({ path, deep }) => (deep ? [below(path)] : [])));
  return Math.max(await of(file), ...deep.flat());
}

async function executablesIn(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const name of await readdir(folder)) {
    const info = await stat(join(folder, name)).catch(() => undefined); // a link to nowhere
    if (info?.isFile() && (info.mode & 0o111) !== 0 && /^[\w.-]+$/.test(name) && !isNotCode(name) && !TEST.test(name))
      files.push(join(folder, name));
  }
  return files.sort();
}

async function isScript(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.toString('latin1', 0, bytesRead) === '#!';
  } finally {
    await handle.close();
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    const why = systemCode(cause) === 'ENOENT' ? 'does not exist' : `cannot be read: ${messageOf(cause)}`;
    throw new LnPlayError('USAGE', `${basename(path)}: ${path} ${why}`, {
      hint: 'give the path of a plugin or of a folder of plugins',
      cause,
    });
  }
}
