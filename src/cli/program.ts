import { Command, CommanderError, Option } from 'commander';
import { COMMON, nameOf, type CommandSpec, type OptionSpec } from './command-spec.js';
import { COMMAND_GROUPS } from './commands.js';
import { LnPlayError } from '../core/errors.js';
import type { OptionsOf } from './context.js';
import { PLACEHOLDERS } from './placeholders.js';

/** What was typed: which command, with what. */
export interface Invocation {
  readonly spec: CommandSpec;
  readonly args: readonly (string | undefined)[];
  readonly rest: readonly string[];
  readonly options: OptionsOf;
}

/**
 * Reads the command line. Common options count before and after the command's name.
 *
 * @returns undefined when help or the version was asked for, and printed
 * @throws {LnPlayError} USAGE
 * @throws {CommanderError} if the help was shown for want of a command
 */
export async function parse(argv: readonly string[], version: string): Promise<Invocation | undefined> {
  let invocation: Invocation | undefined;
  const program = new Command('ln-play')
    .description('A whole Lightning regtest playground in seconds.')
    .version(version, '-V, --version')
    .enablePositionalOptions()
    .exitOverride(wrongUsage('ln-play --help lists the commands'))
    .configureHelp({ sortSubcommands: false, subcommandTerm: (command) => command.name() })
    .configureOutput({ outputError: () => {} }); // it is thrown, and shown as any other error
  addOptions(program, COMMON);
  const invoked = (given: Invocation): void => {
    invocation = given;
  };
  for (const { heading, commands } of COMMAND_GROUPS)
    for (const spec of commands) addCommand(program.commandsGroup(`${heading}:`), spec, invoked);
  program.helpCommand('help [command]', 'display help for command');
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined;
    throw error;
  }
  return invocation;
}

/** A command of the table, as commander has it. */
function addCommand(program: Command, spec: CommandSpec, invoked: (invocation: Invocation) => void): void {
  const parent = parentOf(program, spec);
  const command = parent.command(nameAndArguments(spec), { hidden: spec.hidden ?? false });
  const { summary, about } = spec;
  command.summary(summary).description(about === undefined ? summary : `${summary}\n\n${about}`);
  command.exitOverride(wrongUsage(`ln-play ${nameOf(spec.usage)} --help has examples`));
  for (const argument of command.registeredArguments) argument.description = PLACEHOLDERS[argument.name()]?.about ?? '';
  addOptions(command, spec.options ?? []);
  addOptions(command, COMMON);
  if (spec.passThrough) command.passThroughOptions();
  command.addHelpText('after', `\nExamples:\n${spec.examples.map((example) => `  ${example}`).join('\n')}`);
  command.action((...given: unknown[]) => {
    const self = given.at(-1) as Command;
    const values = given.slice(0, -2);
    const rest = Array.isArray(values.at(-1)) ? (values.pop() as string[]) : [];
    const options = { ...program.opts(), ...self.opts() } as OptionsOf;
    invoked({ spec, args: values as (string | undefined)[], rest, options });
  });
}

/** Has Commander throw an error of ours, with this hint, save where it has printed what was asked for. */
const wrongUsage =
  (hint: string) =>
  (error: CommanderError): never => {
    if (error.code === 'commander.help' || error.exitCode === 0) throw error;
    const [message, suggestion] = error.message.replace(/^error: /, '').split('\n');
    const didYouMean = suggestion?.replace(/^\((.*)\)$/, '$1');
    throw new LnPlayError('USAGE', message!, { hint: didYouMean === undefined ? hint : `${didYouMean} ${hint}` });
  };

const nameAndArguments = ({ usage }: CommandSpec): string => usage.replace(/^[a-z-]+ (?=[a-z])/, '');

/** The group of a command of two words, made at its first. */
function parentOf(program: Command, spec: CommandSpec): Command {
  const [group, second] = nameOf(spec.usage).split(' ');
  if (second === undefined) return program;
  const there = program.commands.find((command) => command.name() === group);
  return (
    there ??
    program
      .command(group!)
      .description(GROUPS[group!] ?? '')
      .enablePositionalOptions()
      .exitOverride(wrongUsage(`ln-play ${group} --help lists its commands`))
  );
}

const GROUPS: { readonly [group: string]: string } = {
  snapshot: 'save the whole playground, and put it back as it was',
  plugin: 'write, check, run, watch and trace plugins',
  export: 'a network for something else that runs networks',
  pool: 'playgrounds kept ready for tests',
};

function addOptions(command: Command, specs: readonly OptionSpec[]): void {
  for (const [flags, description, many] of specs) {
    const option = new Option(flags, description);
    if (many) option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    command.addOption(option);
  }
}
