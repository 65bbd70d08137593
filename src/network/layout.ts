import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { assertOurs } from '../core/ownership.js';

/** Where everything of a playground lies in its folder. */
export const layoutOf = (dir: string) =>
  ({
    dir,
    manifest: join(dir, 'ln-play.json'),
    /** There until the chain has its first blocks on disk; see unborn.ts. */
    unborn: join(dir, '.unborn'),
    locks: join(dir, '.lock'),
    /** Snapshots, a folder each; and what is being made of them, or was when its command was killed. */
    snapshots: join(dir, '.snapshots'),
    unfinished: join(dir, '.unfinished'),
    /** What is to go on in the background, and the process that does it: its socket, and its log. */
    background: join(dir, 'background.json'),
    backgroundFolder: join(dir, '.background'),
    backgroundSocket: join(dir, '.background', 'socket'),
    backgroundLog: join(dir, 'background.log'),
    /** What a browser has to show, and the port of before; and where nodes tell what happens. */
    webSession: join(dir, '.background', 'web.json'),
    webFeed: join(dir, '.background', 'feed'),
    /** What its pods were made of, if its daemons run in such. */
    pods: join(dir, 'pods.yaml'),
    /** Of the process that stands for those: what it keeps, its socket, and its log. */
    keeperFolder: join(dir, '.pods'),
    keeperLog: join(dir, 'pods.log'),
    bitcoinDatadir: join(dir, 'bitcoin'),
    nodeDir: (name: string) => join(dir, name),
  }) as const;

export type Layout = ReturnType<typeof layoutOf>;

/** The folder that is meant: what was given, `LN_PLAY_DIR`, or `~/.ln-play`; absolute. */
export function playgroundDir(given?: string, env: NodeJS.ProcessEnv = process.env): string {
  return resolve(given ?? (env['LN_PLAY_DIR'] || join(homedir(), '.ln-play')));
}

/** What a daemon runs, or is told to run: programs, configs, plugins. */
const RUNS = [
  'ln-play.json',
  'background.json',
  '*/config',
  '*/regtest/config',
  '*/bitcoin.conf',
  '*/regtest/settings.json',
  '*/bitcoin-backend',
  '*/plugins/*',
];

/** @throws {LnPlayError} FILESYSTEM for a folder in which somebody else could have put what would run as us */
export const assertOwnPlayground = ({ dir }: Layout): void =>
  assertOurs(dir, RUNS, 'choose another folder with --dir or LN_PLAY_DIR');
