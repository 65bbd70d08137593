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

/**
 * Names are those of folders, of shell functions and of arguments at once, also where upper and lower case are the same.
 *
 * @throws {LnPlayError} USAGE for a name that is none, is something else's, or is there twice
 */
export function assertNames(names: readonly string[]): void {
  const refuse = (name: string, why: string, hint: string): never => {
    throw new LnPlayError('USAGE', `${JSON.stringify(name)} cannot be a node's name: ${why}`, { hint });
  };
  const seen = new Map<string, string>();
  for (const name of names) {
    const lower = name.toLowerCase();
    if (!NAME.test(name))
      refuse(name, 'a name is a letter, then up to 31 letters, digits, - or _', 'for example alice, l1 or lsp-2');
    if (SUFFIX.test(lower)) refuse(name, 'it ends as the shell functions of another node do', 'choose another ending');
    const other = Object.keys(TAKEN).find((what) => TAKEN[what]!.includes(lower));
    if (other !== undefined) refuse(name, `it is ${other}`, 'choose another name');
    const twin = seen.get(lower);
    if (twin === name) refuse(name, 'another node has it', 'give each node a name of its own');
    if (twin !== undefined) refuse(name, `only its capitals tell it from ${twin}`, 'choose another name');
    seen.set(lower, name);
  }
}
