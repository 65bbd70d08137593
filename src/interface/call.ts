import { nameOf, type CommandSpec } from '../cli/command-spec.js';
import { COMMAND_GROUPS } from '../cli/commands.js';
import type { CommandContext, OptionsOf, Reply } from '../cli/context.js';
import { Progress } from '../cli/progress.js';
import { closeNames } from '../core/close-names.js';
import { LnPlayError } from '../core/errors.js';
import { CollectedOutput, type Listeners } from './collected-output.js';
import { describeCommand, type CommandDescription } from './describe.js';
import type { Given } from './given.js';
import { givenSchema, usageError } from './schema.js';
import { SUITABILITY, type Caller, type Suitability } from './suitable.js';

/** What a call came to, as the command line would have printed it. */
export interface CallResult {
  /** The document of `--json`; null where it has none. */
  readonly json: unknown;
  /** What a person would read, without colours. */
  readonly text: string;
  /** 0 unless the command found what it looked for to be wrong. */
  readonly exitCode: number;
}

export interface CallContext extends Listeners {
  readonly caller: Caller;
  /** The playground's folder. */
  readonly dir: string;
  /** Ends it early, as Ctrl-C does. */
  readonly signal?: AbortSignal | undefined;
  /** How long it may wait for any one thing, in ms. */
  readonly timeoutMs?: number | undefined;
  /** Refuses what changes something. */
  readonly isReadOnly?: boolean | undefined;
}

/** A command that may be called, and what it is called with, checked. */
export interface Callable {
  readonly spec: CommandSpec;
  readonly description: CommandDescription;
  readonly given: Given;
  readonly suitability: Suitability;
  readonly isEndless: boolean;
}

/** The command of this name. @throws {LnPlayError} USAGE where there is none for this caller */
export const commandFor = (caller: Caller, name: string): CommandDescription => rowFor(caller, name).description;

function rowFor(caller: Caller, name: string): Pick<Callable, 'spec' | 'description'> {
  for (const { heading, commands } of COMMAND_GROUPS)
    for (const spec of commands)
      if (nameOf(spec.usage) === name && SUITABILITY[name]?.callers.includes(caller))
        return { spec, description: describeCommand(heading, spec) };
  const close = closeNames(
    name,
    Object.keys(SUITABILITY).filter((each) => SUITABILITY[each]!.callers.includes(caller)),
  );
  throw new LnPlayError('USAGE', `There is no command ${JSON.stringify(name)} to be called`, {
    hint: close.length > 0 ? `did you mean ${close.join(', ')}?` : 'some commands are for a terminal alone',
  });
}

/**
 * Checks what a command is to be called with.
 *
 * @throws {LnPlayError} USAGE for what it does not take; STATE for a change where nothing may be changed
 */
export function checkCall(
  name: string,
  input: unknown,
  { caller, isReadOnly = false }: Pick<CallContext, 'caller' | 'isReadOnly'>,
): Callable {
  const { spec, description } = rowFor(caller, name);
  const { data, error } = givenSchema(description).safeParse(input);
  if (error) throw usageError(name, error, `usage: ln-play ${description.usage}`);
  const given = { args: data.args as readonly string[], options: data.options as Given['options'] };
  const suitability = SUITABILITY[name]!;
  const { changes, isEndless } = suitability;
  if (isReadOnly && (typeof changes === 'function' ? changes(given) : changes)) throw readOnly(`ln-play ${name}`);
  return { spec, description, given, suitability, isEndless: isEndless?.(given) ?? false };
}

export class ReadOnlyError extends LnPlayError {}

/** The error of what would change something where that is refused. */
export const readOnly = (what: string): ReadOnlyError =>
  new ReadOnlyError('STATE', `${what} would change something, and nothing may be changed here`, {
    hint: 'type it in a terminal, or start the server without --read-only: ln-play web --stop, then ln-play web',
  });

/**
 * Runs a command of the table in our own process, as `--json` has it. Paths are taken from our current folder.
 *
 * @param input `{ args, options }`
 * @throws {LnPlayError} what the command throws; USAGE for what it does not take, and for one that would go on for ever
 *   while nobody listens; STATE for a change where nothing may be changed; ABORTED
 */
export async function call(name: string, input: unknown, context: CallContext): Promise<CallResult> {
  const callable = checkCall(name, input, context);
  if (callable.isEndless && !context.onText)
    throw new LnPlayError('USAGE', `ln-play ${name} goes on until it is ended`, {
      hint:
        name === 'traffic' ? 'give a count, or for how long, or background' : 'listen to what it says as it goes on',
    });
  return await run(callable, context);
}

async function run({ spec, description, given }: Callable, context: CallContext): Promise<CallResult> {
  const { dir, signal = new AbortController().signal, timeoutMs, onText } = context;
  const { args, options } = given;
  const takesMany = description.args.at(-1)?.many === true;
  const own = takesMany ? description.args.length - 1 : description.args.length;
  const out = new CollectedOutput(context);
  const progress = new Progress(out);
  const opened: { readonly close: () => void }[] = [];
  const command: CommandContext = {
    args: Array.from({ length: own }, (_, index) => args[index]),
    rest: args.slice(own),
    options: { ...camelCase(options), dir, json: true },
    out,
    progress,
    signal,
    playground: {
      signal,
      timeoutMs,
      onStep: progress.listener,
      onBusy: (what) => out.note(what),
      onTidied: (what) => out.note(what),
      onOpen: (playground) => void opened.push(playground),
    },
  };
  try {
    const reply = await (await spec.load()).run(command);
    if (reply === undefined || !('json' in reply))
      return { json: onText ? null : documentOf(out.text), text: out.text, exitCode: reply?.exitCode ?? 0 };
    return { json: plain(reply.json), text: reply.text, exitCode: reply.exitCode ?? 0 };
  } finally {
    progress.stop();
    for (const playground of opened) playground.close();
  }
}

/** As commander has them: `untilConfirmed`. */
const camelCase = (options: Given['options']): OptionsOf =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

/** As it would be read again: amounts are numbers. */
const plain = (json: Reply['json']): unknown =>
  JSON.parse(
    JSON.stringify(json ?? null, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
  );

/** What was printed, where it is one document of JSON, or several, a line each. */
function documentOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const lines = text.split('\n').filter(Boolean);
    try {
      return lines.length === 0 ? null : lines.map((line) => JSON.parse(line) as unknown);
    } catch {
      return null;
    }
  }
}
