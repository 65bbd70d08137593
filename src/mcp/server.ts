import { once } from 'node:events';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { lnPlayVersion } from '../core/version.js';
import { describeCommands } from '../interface/describe.js';
import { SUITABILITY } from '../interface/suitable.js';
import { INSTRUCTIONS } from './instructions.js';
import { addTool, type ToolContext } from './tool.js';

/** A Model Context Protocol server whose tools are our commands. */
function mcpServer(context: ToolContext): McpServer {
  const server = new McpServer(
    { name: 'ln-play', title: 'ln-play: a Lightning network on regtest', version: lnPlayVersion() },
    { instructions: INSTRUCTIONS, capabilities: { tools: {} } },
  );
  for (const command of describeCommands('agent'))
    if (!context.isReadOnly || SUITABILITY[command.name]?.changes !== true) addTool(server, command, context);
  return server;
}

/** Serves on standard input and output, until the client closes them or the signal fires, and what it asked for has ended. */
export async function serveMcp(context: Omit<ToolContext, 'running'>): Promise<void> {
  const running = new Set<Promise<unknown>>();
  const server = serveStdio(() => mcpServer({ ...context, running }));
  await once(process.stdin, 'close', { signal: context.signal }).catch((error: unknown) => {
    if (!context.signal.aborted) throw error;
  });
  await server.close();
  await Promise.allSettled(running);
}
