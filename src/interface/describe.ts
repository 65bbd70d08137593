import { nameOf, type CommandSpec, type OptionSpec } from '../cli/command-spec.js';
import { COMMAND_GROUPS } from '../cli/commands.js';
import { PLACEHOLDERS, placeholdersOf } from '../cli/placeholders.js';
import { SUITABILITY, type Caller } from './suitable.js';

/** A command as who calls it has to know it; plain JSON. */
export interface CommandDescription {
  /** `snapshot save` */
  readonly name: string;
  /** What it belongs to: `The chain`. */
  readonly heading: string;
  readonly usage: string;
  readonly summary: string;
  readonly args: readonly ArgumentDescription[];
  readonly options: readonly OptionDescription[];
  readonly examples: readonly string[];
  /** Whether it may change something, for some arguments at least. */
  readonly changes: boolean;
  /** Whether something that cannot be had again is lost by it: worth a question before. */
  readonly loses: boolean;
}

export interface ArgumentDescription {
  readonly name: string;
  readonly about: string;
  readonly required: boolean;
  /** Whether it may be given several times; then it is the last. */
  readonly many: boolean;
}

export interface OptionDescription {
  /** In snake_case: `until_confirmed`. */
  readonly name: string;
  /** As it is typed: `--until-confirmed`. */
  readonly flag: string;
  readonly summary: string;
  readonly kind: 'text' | 'flag' | 'list';
  /** What stands for its value: `duration`; null for a flag. */
  readonly value: string | null;
}

/** All that this caller may call, in the order of the help. */
export function describeCommands(caller: Caller): CommandDescription[] {
  return COMMAND_GROUPS.flatMap(({ heading, commands }) =>
    commands
      .filter(({ usage }) => SUITABILITY[nameOf(usage)]?.callers.includes(caller))
      .map((spec) => describeCommand(heading, spec)),
  );
}

/** @param heading of its group */
export function describeCommand(heading: string, spec: CommandSpec): CommandDescription {
  const { usage, summary, about, options = [], examples } = spec;
  const name = nameOf(usage);
  const { changes = true, loses = false, without = [] } = SUITABILITY[name] ?? {};
  return {
    name,
    heading,
    usage,
    summary: about === undefined ? summary : `${summary}. ${about}`,
    args: argumentsOf(usage),
    options: options.map(optionOf).filter((option) => !without.includes(option.name)),
    examples,
    changes: changes !== false,
    loses,
  };
}

const argumentsOf = (usage: string): ArgumentDescription[] =>
  Array.from(usage.matchAll(/([<[])([\w:=-]+)(\.\.\.)?[>\]]/g), ([, bracket, name, dots]) => ({
    name: name!,
    about: PLACEHOLDERS[name!]?.about ?? '',
    required: bracket === '<',
    many: dots !== undefined,
  }));

function optionOf([flags, summary, many]: OptionSpec): OptionDescription {
  const [, flag] = /(--[\w-]+)/.exec(flags)!;
  const [value = null] = placeholdersOf(flags);
  return {
    name: flag!.slice(2).replaceAll('-', '_'),
    flag: flag!,
    summary,
    kind: value === null ? 'flag' : many ? 'list' : 'text',
    value,
  };
}
