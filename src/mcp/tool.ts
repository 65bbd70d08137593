import type { CallToolResult, McpServer, ServerContext } from '@modelcontextprotocol/server';
import { messageOf } from '../core/errors.js';
import { call, type CallContext } from '../interface/call.js';
import type { CommandDescription } from '../interface/describe.js';
import { errorBody } from '../interface/errors.js';
import { givenOf, namedSchema } from '../interface/schema.js';

export interface ToolContext {
  /** The playground's folder. */
  readonly dir: string;
  readonly isReadOnly: boolean;
  /** How long a command may wait for any one thing, in ms. */
  readonly timeoutMs?: number | undefined;
  /** Ends what runs. */
  readonly signal: AbortSignal;
  /** What is under way: each is in it until it has ended. */
  readonly running: Set<Promise<unknown>>;
}

/** `snapshot_save` */
const toolName = (command: string): string => command.replaceAll(/[ -]/g, '_');

/** Offers a command as a tool: what it takes is what the command takes, each by its name. */
export function addTool(server: McpServer, command: CommandDescription, context: ToolContext): void {
  const config = {
    title: `ln-play ${command.name}`,
    description: descriptionOf(command),
    inputSchema: namedSchema(command),
    annotations: {
      readOnlyHint: !command.changes,
      destructiveHint: command.loses,
      openWorldHint: false, // all of it is on this machine
    },
  };
  server.registerTool(toolName(command.name), config, async (named, { mcpReq }) => {
    const result = resultOf(command, named, {
      ...context,
      signal: AbortSignal.any([context.signal, mcpReq.signal]),
      onNote: noting(mcpReq),
    });
    context.running.add(result);
    return await result.finally(() => context.running.delete(result));
  });
}

async function resultOf(
  command: CommandDescription,
  named: { readonly [name: string]: unknown },
  context: Omit<CallContext, 'caller'>,
): Promise<CallToolResult> {
  try {
    const given = givenOf(command, named);
    const { json, text, exitCode } = await call(command.name, given, { ...context, caller: 'agent' });
    return { ...texts(text, JSON.stringify(json)), ...structured(json), isError: exitCode !== 0 };
  } catch (error) {
    return failed(error);
  }
}

function descriptionOf({ summary, usage, examples }: CommandDescription): string {
  return [`${summary}.`, `As a command: ln-play ${usage}`, `Examples: ${examples.join('; ')}`].join('\n');
}

/** What a command says besides, as the progress of the request where the client wants to know of it. */
function noting({ _meta, notify }: ServerContext['mcpReq']): ((message: string) => void) | undefined {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let progress = 0;
  return (message) => {
    progress++;
    const params = { progressToken, progress, message };
    notify({ method: 'notifications/progress', params }).catch(() => {}); // a client that is gone ends the request by itself
  };
}

function failed(error: unknown): CallToolResult {
  const body = errorBody(error);
  const { hint, details } = body.error;
  const lines = [`error: ${messageOf(error)}`, ...details.map((line) => `  ${line}`)];
  if (hint !== null) lines.push(`hint: ${hint}`);
  return { ...texts(lines.join('\n')), structuredContent: { ...body }, isError: true };
}

const texts = (...all: readonly string[]): Pick<CallToolResult, 'content'> => ({
  content: all.filter((text) => text !== '').map((text) => ({ type: 'text', text })),
});

/** A document that is no object has a key of its own: structured content is always an object. */
function structured(json: unknown): Pick<CallToolResult, 'structuredContent'> {
  if (json === null) return {};
  const isObject = typeof json === 'object' && !Array.isArray(json);
  return { structuredContent: isObject ? { ...json } : { result: json } };
}
