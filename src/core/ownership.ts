import { lstatSync, readdirSync, readFileSync, realpathSync, type Stats } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { LnPlayError, systemCode } from './errors.js';
import { isWithin } from './within.js';
import { shellWord } from './shell.js';

const ROOT = 0;
const WRITABLE_BY_GROUP = 0o020;
const WRITABLE_BY_ALL = 0o002;
const STICKY = 0o1000;

/** Who we are, as far as ownership goes: `sudoUid` is who became root by sudo, and could so again. */
export interface Self {
  readonly uid: number;
  readonly gid: number;
  readonly sudoUid: number | undefined;
  readonly home: string;
}

function self(): Self | undefined {
  const { getuid, getgid } = process;
  if (!getuid || !getgid) return undefined;
  const { SUDO_UID } = process.env;
  const uid = getuid();
  return { uid, gid: getgid(), sudoUid: uid === ROOT && SUDO_UID ? Number(SUDO_UID) : undefined, home: homedir() };
}

/**
 * Refuses a folder in which somebody else could have put what we are about to run: one that, or a folder above it, belongs
 * to another user or can be written by others. Root's is fine, and so is, under sudo, what belongs to the one who said sudo;
 * else root is no exception, since whoever owned the folder would become root. The folders above count up to the home
 * folder; one that is sticky, as /tmp is, keeps what is in it to its owners. Where there is no such folder yet, those above
 * it count.
 *
 * @param within files in it that count too, if they are there, with the folders on the way: `*\/config`
 * @param way how to choose another folder
 * @throws {LnPlayError} FILESYSTEM, with whose it is
 */
export function assertOurs(folder: string, within: readonly string[], way: string, us = self()): void {
  if (!us) return; // a system without owners
  for (const path of new Set([...ancestors(folder), ...ancestors(realOf(folder))])) {
    if (isWithin(us.home, path) && path !== folder) continue; // our home folder and those above it
    check(path, us, way, path !== folder);
  }
  const inner = within.flatMap((pattern) => matches(folder, pattern.split('/'))).filter((path) => statOf(path));
  for (const path of new Set(inner.flatMap(ancestors)))
    if (path !== folder && isWithin(path, folder)) check(path, us, way, false);
}

function check(path: string, us: Self, way: string, isAbove: boolean): void {
  const stats = statOf(path);
  if (!stats) return;
  const { uid, gid, mode } = stats;
  if (![us.uid, us.sudoUid, ROOT].includes(uid))
    throw new LnPlayError('FILESYSTEM', `${path} belongs to ${nameOf(uid, 'passwd')}, not to you`, {
      hint: `what is in it would run as you: ${way}, or make it yours, once you have looked at it: sudo chown -R "$(id -u)" ${shellWord(path)}`,
    });
  if (stats.isSymbolicLink() || (isAbove && (mode & STICKY) !== 0)) return;
  // where each user has a group of his own, umask is 002 as a rule
  const byGroup = (mode & WRITABLE_BY_GROUP) !== 0 && !(gid === uid && [us.gid, us.sudoUid, ROOT].includes(gid));
  if (!byGroup && (mode & WRITABLE_BY_ALL) === 0) return;
  const who = (mode & WRITABLE_BY_ALL) === 0 ? `the group ${nameOf(gid, 'group')}` : 'every user';
  throw new LnPlayError('FILESYSTEM', `${path} can be written by ${who}`, {
    hint: `what they put there would run as you: ${way}, or, once you have looked at it: chmod go-w ${shellWord(path)}`,
  });
}

/** A folder and all above it, from the root down. */
function ancestors(path: string): string[] {
  return path === dirname(path) ? [path] : [...ancestors(dirname(path)), path];
}

/** Where a path leads, as far as it is there. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || path === dirname(path)) return path;
    return join(realOf(dirname(path)), relative(dirname(path), path));
  }
}

/** The paths that a pattern has in a folder; `*` is any name. */
function matches(folder: string, [first, ...rest]: readonly string[]): string[] {
  if (first === undefined) return [folder];
  const names = first === '*' ? namesIn(folder) : [first];
  return names.flatMap((name) => matches(join(folder, name), rest));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // it is no folder, or none that we may read
  }
}

/** undefined if there is nothing, or if we cannot look: what we cannot reach cannot be run. */
function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/** `alice (1001)`, or the number alone where the system's file does not name it. */
function nameOf(id: number, file: 'passwd' | 'group'): string {
  try {
    const fields = readFileSync(`/etc/${file}`, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
    const name = fields.find((field) => field[2] === String(id))?.[0];
    return name ? `${name} (${id})` : String(id);
  } catch {
    return String(id);
  }
}
