import type { Command, OptionValues } from '../api-types.js';

/** What a form holds: the arguments in order, a list for one that may be given often, and the options. */
export interface Filled {
  readonly args: readonly (string | readonly string[])[];
  readonly options: OptionValues;
}

/** The arguments as the command takes them: up to the last that is filled. */
export const argsOf = ({ args }: Pick<Filled, 'args'>): string[] => {
  const flat = args.flatMap((value) => (typeof value === 'string' ? [value.trim()] : value.map((each) => each.trim())));
  while (flat.at(-1) === '') flat.pop();
  return flat;
};

/** Only the options that somebody has given. */
export const optionsOf = ({ options }: Pick<Filled, 'options'>): OptionValues =>
  Object.fromEntries(
    Object.entries(options)
      .map(([name, value]) => [name, Array.isArray(value) ? value.filter((each) => each !== '') : value] as const)
      .filter(([, value]) => value !== '' && value !== false && (!Array.isArray(value) || value.length > 0)),
  );

/** The same as one types it into a shell: `ln-play open bob alice 0.01btc --private`. */
export function commandLine(command: Command, filled: Filled): string {
  const words = ['ln-play', ...command.name.split(' '), ...argsOf(filled)];
  const given = optionsOf(filled);
  for (const { name, flag } of command.options) {
    const value = given[name];
    if (value === true) words.push(flag);
    else
      for (const each of typeof value === 'string' ? [value] : Array.isArray(value) ? value : [])
        words.push(flag, each);
  }
  return words.map(quoted).join(' ');
}

/** A word that a shell takes as it stands. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The arguments that have to be there and are not. */
export const missing = (command: Command, { args }: Pick<Filled, 'args'>): string[] =>
  command.args
    .filter(({ required }, index) => required && argsOf({ args: [args[index] ?? ''] }).length === 0)
    .map(({ name }) => name);

/** What is lost by a command, for those that lose something; undefined for all others. */
export function lossOf(
  { name, loses = false }: Pick<Command, 'name' | 'loses'>,
  { args, options }: Filled,
): string | undefined {
  const [first = ''] = argsOf({ args });
  if (name === 'destroy') return 'All nodes, the chain, snapshots and logs of this playground are removed.';
  if (name === 'snapshot restore') return `Everything that happened since ${first} was saved is lost.`;
  if (name === 'snapshot rm') return `The snapshot ${first} is removed.`;
  if (name === 'up' && options['prune'] === true)
    return 'Nodes and channels that the network file does not have are removed.';
  return loses ? 'Something is lost by this that does not come back.' : undefined;
}
