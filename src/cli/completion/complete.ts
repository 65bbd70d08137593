import { COMMON, nameOf, type CommandSpec, type OptionSpec } from '../command-spec.js';
import { COMMANDS } from '../commands.js';
import { PLACEHOLDERS, placeholdersOf } from '../placeholders.js';
import { completionContext } from './values.js';

/** A word that could stand where one is being typed, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** What has been typed before the last word. */
interface Typed {
  readonly names: readonly string[];
  readonly spec: CommandSpec | undefined;
  /** The positional arguments so far. */
  readonly args: readonly string[];
  /** The option whose value comes next. */
  readonly option: OptionSpec | undefined;
  readonly dir: string | undefined;
  /** What comes belongs to somebody else, whatever it looks like. */
  readonly isOver: boolean;
}

/**
 * What could stand in the place of the last word; nothing if that is a file's name or free text.
 *
 * @param words what was typed after `ln-play`; the last may be empty or half of a word
 */
export async function complete(words: readonly string[]): Promise<readonly Candidate[]> {
  const word = words.at(-1) ?? '';
  const typed = read(words.slice(0, -1));
  const candidates = await candidatesFor(typed, word);
  return candidates.filter((candidate) => candidate.word.startsWith(word));
}

async function candidatesFor(typed: Typed, word: string): Promise<readonly Candidate[]> {
  const { names, spec, args, option, isOver } = typed;
  if (option) return await valuesOf(placeholdersOf(option[0])[0], typed);
  const [, flag] = /^(--[\w-]+)=/.exec(word) ?? [];
  if (flag && !isOver) {
    const given = optionsOf(spec).find(([flags]) => longOf(flags) === flag);
    const values = given ? await valuesOf(placeholdersOf(given[0])[0], typed) : [];
    return values.map((value) => ({ ...value, word: `${flag}=${value.word}` }));
  }
  if (word.startsWith('-') && !isOver)
    return [...optionsOf(spec), ['--help', 'what it does'] as const].map(([flags, about]) => ({
      word: longOf(flags),
      about,
    }));
  if (spec) {
    const { [args.length]: placeholder = manyOf(spec) } = placeholdersOf(spec.usage);
    return await valuesOf(placeholder, typed);
  }
  return nextNames(names);
}

/** The words that can come after those of a command's name. */
function nextNames(names: readonly string[]): Candidate[] {
  const next = new Map<string, string>();
  for (const { usage, summary, hidden } of COMMANDS) {
    const own = nameOf(usage).split(' ');
    const word = own[names.length];
    if (hidden || word === undefined || names.some((name, index) => own[index] !== name) || next.has(word)) continue;
    next.set(word, own.length === names.length + 1 ? summary : `${own[names.length]} …`);
  }
  return Array.from(next, ([word, about]) => ({ word, about }));
}

async function valuesOf(placeholder: string | undefined, { args, dir }: Typed): Promise<Candidate[]> {
  const { values, about } = PLACEHOLDERS[placeholder ?? ''] ?? {};
  if (!values) return [];
  try {
    return (await values(completionContext(dir, args[0]))).map((word) => ({ word, about: about ?? '' }));
  } catch {
    return []; // a playground that is not there or down has nothing to offer, and here is no place to say so
  }
}

/** The last placeholder, where it takes any number. */
const manyOf = ({ usage }: CommandSpec): string | undefined =>
  usage.includes('...') ? placeholdersOf(usage).at(-1) : undefined;

function read(words: readonly string[]): Typed {
  let typed: Typed = {
    names: [],
    spec: undefined,
    args: [],
    option: undefined,
    dir: undefined,
    isOver: false,
  };
  for (const word of words) typed = after(typed, word);
  return typed;
}

function after(typed: Typed, word: string): Typed {
  const { names, spec, args, option, isOver } = typed;
  if (option) return { ...typed, option: undefined, ...(longOf(option[0]) === '--dir' && { dir: word }) };
  if (!isOver && word === '--') return { ...typed, isOver: true };
  if (!isOver && word.startsWith('-')) {
    const [name, value] = word.split(/=(.*)/s);
    const found = optionsOf(spec).find(([flags]) => flags.split(/[ ,]+/).includes(name!));
    if (value !== undefined) return { ...typed, ...(name === '--dir' && { dir: value }) };
    return { ...typed, option: found && placeholdersOf(found[0]).length > 0 ? found : undefined };
  }
  if (spec) return { ...typed, args: [...args, word], isOver: isOver || spec.passThrough === true };
  const all = [...names, word];
  return { ...typed, names: all, spec: COMMANDS.find(({ usage }) => nameOf(usage) === all.join(' ')) };
}

const optionsOf = (spec: CommandSpec | undefined): readonly OptionSpec[] => [...(spec?.options ?? []), ...COMMON];

const longOf = (flags: string): string => /--[\w-]+/.exec(flags)![0];
