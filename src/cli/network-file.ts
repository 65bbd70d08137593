import { parseAmountSat } from '../cln/amounts.js';
import { LnPlayError } from '../core/errors.js';
import { isThere } from '../core/files.js';
import type { TopologyOptions } from '../network-file/topologies.js';
import type { NetworkSpec } from '../network/spec.js';
import { textOption, type CommandContext } from './context.js';
import { positive, wholeNumber } from './job.js';

/** What is found by itself in the current folder. `ln-play.json` is none: that is a playground's own. */
const FOUND = ['ln-play.yaml', 'ln-play.yml'];

/**
 * The network that `up` is to bring about: of the file that is named, of `--topology`, of `LN_PLAY_FILE`, or of the file
 * that is found; undefined where there is none of them. The last two give way to `--nodes`, and it is said.
 *
 * @throws {LnPlayError} USAGE for two that are named at once, and for what is wrong in the file
 */
export async function askedNetwork(context: CommandContext): Promise<NetworkSpec | undefined> {
  const { args, out } = context;
  const [file] = args;
  const topology = textOption(context, 'topology');
  const options = shapeOptions(context);
  const named = Object.entries({
    [file ?? 'a file']: file,
    '--topology': topology,
    '--nodes': textOption(context, 'nodes'),
  })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  if (named.length > 1)
    throw new LnPlayError('USAGE', `${named.join(' and ')} each say what nodes there are`, {
      hint: 'give one of them',
    });
  if (topology === undefined)
    for (const name of Object.keys(options))
      throw new LnPlayError('USAGE', `--${name === 'capacitySat' ? 'capacity' : name} is for --topology`, {
        hint: 'for example: ln-play up --topology star:6 --capacity 0.05btc',
      });
  else return (await (await import('../network-file/templates.js')).namedNetwork(topology, options)).spec;

  if (file !== undefined) return await read(file);
  const found = (await fileOfVariable()) ?? (await fileHere());
  if (found === undefined) return undefined;
  if (named.length > 0) {
    out.note(`${found} is not used: ${named[0]} says what nodes there are`);
    return undefined;
  }
  out.note(`using ${found}`);
  return await read(found);
}

const read = async (file: string): Promise<NetworkSpec> =>
  (await (await import('../network-file/read.js')).readNetworkFile(file)).spec;

/** `--seed` and `--capacity`, those that are given. */
export function shapeOptions(context: CommandContext): TopologyOptions {
  const seed = textOption(context, 'seed');
  const capacity = textOption(context, 'capacity');
  return {
    ...(seed !== undefined && { seed: wholeNumber(seed, '--seed', { min: 0, max: Number.MAX_SAFE_INTEGER }) }),
    ...(capacity !== undefined && {
      capacitySat: positive(parseAmountSat(capacity, '--capacity'), '--capacity', capacity),
    }),
  };
}

async function fileOfVariable(): Promise<string | undefined> {
  const file = process.env['LN_PLAY_FILE'];
  if (!file) return undefined;
  if (await isThere(file)) return file;
  throw new LnPlayError('USAGE', `LN_PLAY_FILE names ${file}, and there is no such file`, {
    hint: 'mend the variable, or unset it',
  });
}

async function fileHere(): Promise<string | undefined> {
  for (const file of FOUND) if (await isThere(file)) return file;
  return undefined;
}
