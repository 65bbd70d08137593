import { LnPlayError } from '../core/errors.js';

/** A node's alias is its name by default, and has 32 bytes (BOLT #7). */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

/** What `ln-play env` puts beside a node's own function. */
const SUFFIX = /-(cli|log)$/;

/** Names that are something else already: whose folder, daemon or function they are. */
const TAKEN: { readonly [what: string]: readonly string[] } = {
  "bitcoind's folder or name": ['bitcoin', 'bitcoind'],
  'a function of `ln-play env`': ['bt', 'ln-play'],
  'a program that one wants beside the nodes': [
    'bitcoin-cli',
    'less',
    'lightning-cli',
    'lightningd',
    'node',
    'npm',
    'npx',
  ],
  'a word of the shell':
    `alias bg bind break builtin case cd command continue coproc declare dirs disown do done echo elif
    else enable end esac eval exec exit export false fc fg fi for function getopts hash help history if in jobs kill let
    local logout mapfile popd printf pushd pwd read readonly return select set shift source switch test then time times trap
    true type typeset ulimit umask unalias unset until wait while`.split(/\s+/),
};

/** `l1`, `l2`, …: the names of N nodes. */
export const nodeNames = (count: number): string[] => Array.from({ length: count }, (_, index) => `l${index + 1}`);

/** Why this is no name for a node, and the way out. */
export interface NameFault {
  readonly why: string;
  readonly hint: string;
}

/** @param others names there are already @returns undefined for a name that can be had */
export function nameFault(name: string, others: readonly string[]): NameFault | undefined {
  const lower = name.toLowerCase();
  if (!NAME.test(name))
    return {
      why: 'a name is a letter, then up to 31 letters, digits, - or _',
      hint: 'for example alice, l1 or lsp-2',
    };
  if (SUFFIX.test(lower))
    return { why: 'it ends as the shell functions of another node do', hint: 'choose another ending' };
  const taken = Object.keys(TAKEN).find((what) => TAKEN[what]!.includes(lower));
  if (taken !== undefined) return { why: `it is ${taken}`, hint: 'choose another name' };
  const twin = others.find((other) => other.toLowerCase() === lower);
  if (twin === name) return { why: 'another node has it', hint: 'give each node a name of its own' };
  if (twin !== undefined) return { why: `only its capitals tell it from ${twin}`, hint: 'choose another name' };
  return undefined;
}

/**
 * Names are those of folders, of shell functions and of arguments at once, also where upper and lower case are the same.
 *
 * @throws {LnPlayError} USAGE for a name that is none, is something else's, or is there twice
 */
export function assertNames(names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    const fault = nameFault(name, names.slice(0, index));
    if (fault)
      throw new LnPlayError('USAGE', `${JSON.stringify(name)} cannot be a node's name: ${fault.why}`, {
        hint: fault.hint,
      });
  }
}
