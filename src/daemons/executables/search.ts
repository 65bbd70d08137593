import { realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LnPlayError } from '../../core/errors.js';
import type { Command } from '../../process/daemon-process.js';
import { cacheFolder } from '../../core/cache-folder.js';
import { installedLightningd, installedLightningds } from './cln/installed.js';
import { isVersion, readVersion } from './cln/version.js';
import { RELEASE, type Release } from './core/release.js';
import { EMBEDDED, EMBEDDED_SCRIPT, embeddedLightningd } from './embedded.js';
import type { Offer } from './fetch/source.js';
import { fetchedBin, waysToFetch } from './fetch/sources.js';
import { isExecutable, onPath, whyNotExecutable } from './files.js';
import { THIS_HOST, type Host } from './host.js';
import { PROGRAMS, type Program } from './programs.js';

export type Source = 'flag' | 'variable' | 'beside' | 'path' | 'installed' | 'cache' | 'download' | 'embedded';

/** A program as it is started: `args` come before all others. */
export interface Executable extends Command {
  readonly source: Source;
}

/** One place that was looked at, and the reason why it was or wasn't taken. */
export interface Step {
  readonly source: Source;
  readonly taken: boolean;
  readonly reason: string;
  readonly path?: string;
}

/** What a search came to. Where the way on is a download, `offers` are those to try, in order. */
export type Outcome =
  | { readonly kind: 'found'; readonly executable: Executable }
  | { readonly kind: 'fetch'; readonly offers: readonly Offer[] }
  | { readonly kind: 'failed'; readonly error: LnPlayError };

export interface SearchOptions {
  /** What the user gave as `--bitcoind` or `--lightningd`: a path, a name on PATH, `embedded`, an installed version. */
  readonly flag?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  /** A program beside which this one is looked for first: bitcoin-cli beside bitcoind. */
  readonly beside?: Command | undefined;
  /** The machine, if it is not this one. */
  readonly host?: Host;
  /** Bitcoin Core's release, if it is not ours to choose. */
  readonly release?: Release;
}

interface Context extends SearchOptions {
  readonly program: Program;
  readonly env: NodeJS.ProcessEnv;
}

/** What one place says: nothing here, here it is, or an end to the search. */
type Answer = { readonly reason: string; readonly path?: string } & (
  { readonly command?: Command } | { readonly error: LnPlayError } | { readonly offers: readonly Offer[] }
);

/** The places in their order. */
const PLACES: readonly (readonly [Source, (context: Context) => Promise<Answer | undefined>])[] = [
  ['flag', inFlag],
  ['variable', inVariable],
  ['beside', besideOther],
  ['path', inPath],
  ['installed', amongInstalled],
  ['cache', inCache],
  ['download', byDownload],
  ['embedded', inPackage],
];

/** Looks for a program in all places, changing nothing; the trail has each place up to the one that was taken. */
export async function searchExecutable(
  program: Program,
  options: SearchOptions = {},
): Promise<{ readonly outcome: Outcome; readonly trail: readonly Step[] }> {
  const context = { ...options, program, env: options.env ?? process.env };
  const trail: Step[] = [];
  for (const [source, look] of PLACES) {
    const answer = await look(context).catch(end);
    if (!answer) continue; // not a place for this program
    const outcome = outcomeOf(source, answer);
    const { reason, path } = answer;
    const taken = outcome !== undefined && outcome.kind !== 'failed';
    trail.push({ source, taken, reason, ...(path === undefined ? {} : { path }) });
    if (outcome) return { outcome, trail };
  }
  return { outcome: { kind: 'failed', error: missingError(program, trail) }, trail };
}

/** An expected failure ends the search. */
function end(error: unknown): Answer {
  if (error instanceof LnPlayError) return { reason: error.message, error };
  throw error;
}

function outcomeOf(source: Source, answer: Answer): Outcome | undefined {
  if ('error' in answer) return { kind: 'failed', error: answer.error };
  if ('offers' in answer) return { kind: 'fetch', offers: answer.offers };
  if (!('command' in answer) || !answer.command) return undefined;
  return { kind: 'found', executable: { ...answer.command, source } };
}

/** No program was found anywhere: what was looked at, and how to install it. */
function missingError(program: Program, trail: readonly Step[]): LnPlayError {
  const { flag, variable, install } = PROGRAMS[program];
  const name = flag ? `${flag} or ${variable}` : variable;
  return new LnPlayError('MISSING_BINARY', `There is no ${program} on this machine`, {
    details: trail.map(({ source, reason }) => `${source}: ${reason}`),
    hint: [`install it, or name it with ${name}:`, ...install.map((line) => `  ${line}`)].join('\n'),
  });
}

async function inFlag(context: Context): Promise<Answer | undefined> {
  const { flag } = PROGRAMS[context.program];
  if (!flag) return undefined;
  return context.flag === undefined ? { reason: 'not given' } : await named(flag, context.flag, context);
}

async function inVariable(context: Context): Promise<Answer> {
  const { variable } = PROGRAMS[context.program];
  const value = context.env[variable];
  return value ? await named(variable, value, context) : { reason: `${variable} is not set` };
}

/** What the user named must be there: to take another in its place would be a surprise. */
async function named(by: string, value: string, { program, env }: Context): Promise<Answer> {
  if (value === EMBEDDED && PROGRAMS[program].embedded) {
    const command = await embeddedLightningd();
    if (command) return { reason: `${by} says ${EMBEDDED}`, path: EMBEDDED_SCRIPT, command };
    return wrongName(`${by} says ${EMBEDDED}, but ${EMBEDDED_SCRIPT} is missing`, 'install ln-play again');
  }
  if (PROGRAMS[program].installed && isVersion(value)) return await ofVersion(by, readVersion(value), env);
  const path = value.includes('/') ? resolve(value) : ((await onPath(value, env)) ?? resolve(value));
  const why = await whyNotExecutable(path);
  if (why) return wrongName(`${by} names ${path}: ${why}`, `give the path of a ${program}, or leave ${by} out`, path);
  return { reason: `${by} names it`, path, command: { command: path, args: [] } };
}

async function ofVersion(by: string, version: string, env: NodeJS.ProcessEnv): Promise<Answer> {
  const installed = await installedLightningd(cacheFolder(env), version);
  if (installed) return found(installed.lightningd, `${by} says ${version}, which was installed`);
  return wrongName(`${by} says ${version}, which is not installed`, `ln-play install lightningd ${version}`);
}

function wrongName(message: string, hint: string, path?: string): Answer {
  const error = new LnPlayError('MISSING_BINARY', message, { hint });
  return { reason: message, error, ...(path === undefined ? {} : { path }) };
}

async function besideOther({ program, beside }: Context): Promise<Answer | undefined> {
  if (!beside) return undefined;
  const real = await realpath(beside.command).catch(() => beside.command);
  for (const folder of new Set([dirname(beside.command), dirname(real)])) {
    const path = join(folder, program);
    if (await isExecutable(path)) return found(path, `it is beside ${beside.command}`);
  }
  return { reason: `there is none beside ${beside.command}` };
}

async function inPath({ program, env }: Context): Promise<Answer> {
  const path = await onPath(program, env);
  return path ? found(path, 'it is on PATH') : { reason: `no folder of PATH has a ${program}` };
}

/** After PATH, as what ln-play fetches always is; the newest, if there are several. */
async function amongInstalled({ program, env }: Context): Promise<Answer | undefined> {
  if (!PROGRAMS[program].installed) return undefined;
  const [newest] = await installedLightningds(cacheFolder(env));
  if (newest) return found(newest.lightningd, `${newest.version} was installed`);
  return { reason: 'none was: `ln-play install lightningd` fetches a release of Core Lightning' };
}

async function inCache({ program, env }: Context): Promise<Answer | undefined> {
  if (!PROGRAMS[program].cached) return undefined;
  const cache = cacheFolder(env);
  const bin = await fetchedBin(cache);
  return bin ? found(join(bin, program), 'it was fetched before') : { reason: `${cache} has none`, path: cache };
}

async function byDownload(context: Context): Promise<Answer | undefined> {
  const { program, env, host = THIS_HOST, release = RELEASE } = context;
  if (!PROGRAMS[program].fetched) return undefined;
  const { offers, whyNot } = await waysToFetch({ env, cache: cacheFolder(env), host, release });
  const places = offers.map(({ source, from }) => `${source} has it: ${from}`);
  const reason = [places.join('; should that fail, '), ...whyNot].filter(Boolean).join('; ');
  return offers.length > 0 ? { reason, offers } : { reason };
}

async function inPackage({ program }: Context): Promise<Answer | undefined> {
  if (!PROGRAMS[program].embedded) return undefined;
  const command = await embeddedLightningd();
  if (!command) return { reason: `${EMBEDDED_SCRIPT} is missing` };
  return { reason: 'it comes with ln-play', path: EMBEDDED_SCRIPT, command };
}

const found = (path: string, reason: string): Answer => ({ path, reason, command: { command: path, args: [] } });
