import { LnPlayError } from '../core/errors.js';
import { EMBEDDED } from '../daemons/executables/embedded.js';
import { findExecutable, findLightningd, type FetchProgress } from '../daemons/executables/find.js';
import { isExecutable } from '../daemons/executables/files.js';
import type { LightningdExecutable } from '../daemons/lightningd.js';
import { IMPLEMENTATIONS } from '../nodes/implementations.js';
import type { Command } from '../process/daemon-process.js';
import type { Manifest, NodeRecord } from './manifest.js';
import type { NodeSpec } from './spec.js';

export interface ExecutableOptions {
  /** Path of the bitcoind to run. */
  readonly bitcoind?: string | undefined;
  /** Path of the lightningd to run, or `embedded`. */
  readonly lightningd?: string | undefined;
  /** The same for single nodes: `{ l2: 'embedded' }`. */
  readonly lightningdOf?: { readonly [node: string]: string } | undefined;
  /** How far the download of bitcoind is. */
  readonly onDownload?: ((progress: FetchProgress) => void) | undefined;
}

export interface Executables {
  readonly bitcoind: Command;
  readonly bitcoinCli: string | undefined;
  readonly nodes: readonly NodeRecord[];
}

/**
 * The programs that a playground runs. One that was made with a program stays with it, unless another is asked for.
 *
 * @throws {LnPlayError} MISSING_BINARY, DOWNLOAD; USAGE when a node is asked to change its kind of lightningd
 */
export async function resolveExecutables(
  options: ExecutableOptions,
  specs: readonly NodeSpec[],
  before: Manifest | undefined,
  signal: AbortSignal | undefined,
): Promise<Executables> {
  const onProgress = options.onDownload ?? (() => {});
  const [bitcoind, nodes] = await Promise.all([
    keep(before?.bitcoind, options.bitcoind ?? process.env['BITCOIND_EXE']).then(
      async (kept) =>
        kept ?? (await findExecutable('bitcoind', { flag: options.bitcoind, onProgress, signal })).executable,
    ),
    resolveNodes(specs, before),
  ]);
  const cli = await findExecutable('bitcoin-cli', { beside: bitcoind, onProgress, signal }).catch((error: unknown) => {
    if (error instanceof LnPlayError && error.code === 'MISSING_BINARY') return undefined; // people and bcli miss it, we don't
    throw error;
  });
  return { bitcoind: plain(bitcoind), bitcoinCli: cli?.executable.command, nodes };
}

/** What a spec calls the Core Lightning of this machine, wherever it is. */
const CLN = 'cln';

/** The lightningd of each node: see `resolveExecutables`. */
export async function resolveNodes(specs: readonly NodeSpec[], before: Manifest | undefined): Promise<NodeRecord[]> {
  const found = new Map<string | undefined, ReturnType<typeof findLightningd>>();
  const find = async (flag: string | undefined): Promise<LightningdExecutable> => {
    const finding = found.get(flag) ?? findLightningd({ flag: flag === CLN ? undefined : flag });
    found.set(flag, finding);
    const { executable } = await finding;
    if (flag === CLN && executable.implementation !== CLN)
      throw new LnPlayError('MISSING_BINARY', 'There is no Core Lightning on this machine', {
        hint: 'see where it was looked for: ln-play doctor',
      });
    return { ...plain(executable), implementation: executable.implementation };
  };
  return await Promise.all(
    specs.map(async ({ lightningd: asked, options: _options, plugins: _plugins, fundSat: _fundSat, ...spec }) => {
      const had = before?.nodes.find(({ name }) => name === spec.name)?.executable;
      if (!had) return { ...spec, executable: await find(asked) };
      if (asked === undefined && had.implementation === 'embedded')
        return { ...spec, executable: await find(EMBEDDED) };
      const isAnyOfItsKind = asked === CLN && had.implementation === CLN;
      const executable =
        (await keep<LightningdExecutable>(had, isAnyOfItsKind ? undefined : asked)) ?? (await find(asked));
      if (executable.implementation !== had.implementation) throw changedKind(spec.name, had, executable);
      return { ...spec, executable };
    }),
  );
}

/** What was used before, where it is still there and nothing else is asked for. */
async function keep<T extends Command>(before: T | undefined, asked: string | undefined): Promise<T | undefined> {
  return before && asked === undefined && (await isExecutable(before.command)) ? before : undefined;
}

const plain = ({ command, args }: Command): Command => ({ command, args });

const titleOf = ({ implementation }: LightningdExecutable): string => IMPLEMENTATIONS[implementation].title;

function changedKind(name: string, had: LightningdExecutable, asked: LightningdExecutable): LnPlayError {
  return new LnPlayError(
    'USAGE',
    `${name} was made with ${titleOf(had)}; its folder is of no use to ${titleOf(asked)}`,
    { hint: 'make another playground with --dir, or this one anew: ln-play destroy --yes' },
  );
}
