import { createHash } from 'node:crypto';
import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { systemCode } from '../../core/errors.js';

/** A file that cannot be a plugin; `message` is lightningd's text, without the path. */
export class PluginPathError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PluginPathError';
  }
}

const REASON: Record<string, string> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  ELOOP: 'Too many levels of symbolic links',
};

export const reasonOf = (error: unknown): string => REASON[systemCode(error) ?? ''] ?? String(systemCode(error));

/**
 * The canonical path of a plugin, relative to the network's folder, which is the daemon's working directory.
 *
 * @throws {PluginPathError} if there is none
 */
export function canonicalPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new PluginPathError(reasonOf(error));
  }
}

/** A hash of what is in a plugin's file. @throws {PluginPathError} if it cannot be read */
export function contentHash(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch (error) {
    throw new PluginPathError(reasonOf(error));
  }
}

/** @throws {PluginPathError} if it cannot be run */
export function checkExecutable(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch (error) {
    throw new PluginPathError(reasonOf(error));
  }
}

/** Whether `name` means the plugin at `path`: a path means itself, a name without a slash any file of that name. */
export function samePlugin(path: string, name: string): boolean {
  if (!name.includes(sep)) return basename(path) === name;
  if (path === name) return true;
  try {
    return realpathSync(path) === realpathSync(name);
  } catch {
    return false; // one of the two is gone
  }
}

/** Punctuation that backup and temporary files have in their names. */
const ODD_NAME = /[!"#$%&'()*+,/:;<=>?@[\\\]^`{|}~]/;

/**
 * The plugins in a directory: its executable files.
 *
 * @throws {PluginPathError} if it cannot be read
 */
export function pluginsIn(directory: string): readonly string[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    throw new PluginPathError(`Failed to open plugin-dir ${directory}: ${reasonOf(error)}`);
  }
  return names.map((name) => join(directory, name)).filter(isPlugin);
}

function isPlugin(path: string): boolean {
  const name = basename(path);
  if (ODD_NAME.test(name) || name === 'README.md') return false;
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && stats.isFile() && (stats.mode & 0o111) !== 0;
}

/** The folders that are looked through at the start: `<lightning-dir>/plugins` and those right below it. */
export function defaultPluginDirs(lightningDir: string): readonly string[] {
  const top = join(lightningDir, 'plugins');
  if (!statSync(top, { throwIfNoEntry: false })?.isDirectory()) return [];
  const below = readdirSync(top)
    .map((name) => join(top, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
  return [top, ...below];
}
