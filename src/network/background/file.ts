import { LnPlayError } from '../../core/errors.js';
import { readIfThere, removeTree, writeWhole } from '../../core/files.js';
import { isObject } from '../../rpc/json-rpc.js';
import type { Layout } from '../layout.js';
import { SECTIONS, type SectionName, type Sections } from './sections.js';

/** What is wanted of the background, on disk as `background.json`. */
export interface Wanted {
  /** What the network's file says: it comes back with `up`. */
  readonly fromFile: Partial<Sections>;
  /** What somebody asked for besides, or instead, until `down`; null for what is not to go on though the file says so. */
  readonly byHand: { readonly [N in SectionName]?: Sections[N] | null };
}

export const NOTHING: Wanted = { fromFile: {}, byHand: {} };

/** What is to go on by all that is wanted. */
export const effective = ({ fromFile, byHand }: Wanted): Partial<Sections> =>
  Object.fromEntries(Object.entries({ ...fromFile, ...byHand }).filter(([, settings]) => settings !== null));

/** @throws {LnPlayError} STATE for a file that is damaged; FILESYSTEM */
export async function readWanted({ background }: Layout): Promise<Wanted> {
  const text = await readIfThere(background);
  if (text === undefined) return NOTHING;
  const damaged = (why: string, cause?: unknown): LnPlayError =>
    new LnPlayError('STATE', `${background} is damaged: ${why}`, {
      hint: 'remove it: nothing but what goes on in the background is lost',
      cause,
    });
  let wanted: unknown;
  try {
    wanted = JSON.parse(text);
  } catch (cause) {
    throw damaged('it is not JSON', cause);
  }
  if (!isObject(wanted)) throw damaged('it is not a JSON object');
  const { fromFile, byHand } = wanted;
  if (!isObject(fromFile) || !isObject(byHand)) throw damaged('it lacks fromFile or byHand');
  const unknown = Object.keys({ ...fromFile, ...byHand }).find((name) => !(name in SECTIONS));
  if (unknown !== undefined) throw damaged(`there is no ${JSON.stringify(unknown)}`);
  return wanted as unknown as Wanted;
}

/** Writes it as a whole, or removes it where nothing is wanted. */
export async function writeWanted({ background }: Layout, wanted: Wanted): Promise<void> {
  const isEmpty = Object.keys({ ...wanted.fromFile, ...wanted.byHand }).length === 0;
  if (isEmpty) await removeTree(background);
  else await writeWhole(background, `${JSON.stringify(wanted, undefined, 2)}\n`);
}
