import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reason, Waiting } from '../held-process.js';
import { isAlive, type ProcessIdentity } from '../identity.js';

/** One that a keeper keeps, or kept until it ended without being asked to. */
export interface KeptEntry {
  /** The argument that no other has. */
  readonly marker: string;
  /** Another one each time that it is started. */
  readonly life: string;
  readonly waitsFor?: Waiting | undefined;
  readonly ended?: Reason | undefined;
}

/** What a keeper has on disk, so that everybody can see at once what it keeps. */
export interface KeeperList {
  readonly keeper: ProcessIdentity;
  readonly kept: readonly KeptEntry[];
}

export const socketOf = (folder: string): string => join(folder, 'socket');
const fileOf = (folder: string): string => join(folder, 'kept.json');

/** How long what was read counts as what is there, in ms: hundreds are looked at one after another. */
const FRESH_MS = 20;

interface Seen {
  readonly list: KeeperList | undefined;
  readonly isAlive: boolean;
  readonly stamp: string;
  readonly at: number;
}

const seen = new Map<string, Seen>();

/** What the keeper of a folder keeps; `isAlive` is false for what one has left that has ended. */
export function readList(folder: string): { readonly list: KeeperList | undefined; readonly isAlive: boolean } {
  const before = seen.get(folder);
  if (before && performance.now() - before.at < FRESH_MS) return before;
  const stamp = stampOf(folder);
  const list = before && before.stamp === stamp ? before.list : parse(folder);
  const now = { list, isAlive: list !== undefined && isAlive(list.keeper), stamp, at: performance.now() };
  seen.set(folder, now);
  return now;
}

/** Has the next look see what is there by then. */
export const forget = (folder: string): boolean => seen.delete(folder);

export function writeList(folder: string, list: KeeperList): void {
  const next = `${fileOf(folder)}.next`;
  writeFileSync(next, JSON.stringify(list), { mode: 0o600 });
  renameSync(next, fileOf(folder));
}

function stampOf(folder: string): string {
  const stats = statSync(fileOf(folder), { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino}-${stats.mtimeNs}`;
}

function parse(folder: string): KeeperList | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(folder), 'utf8')) as KeeperList;
  } catch {
    return undefined; // there is none
  }
}
