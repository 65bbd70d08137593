import type { CommandSpec } from '../command-spec.js';

/** What lets a program that thinks use the others. */
export const AGENTS: readonly CommandSpec[] = [
  {
    usage: 'mcp',
    summary: 'a Model Context Protocol server for AI agents',
    about: 'On standard input and output; its tools are these commands.',
    options: [['--read-only', 'refuse whatever would change something']],
    examples: ['claude mcp add ln-play -- npx ln-play mcp', 'ln-play mcp --dir ~/shop --read-only'],
    load: () => import('../commands/mcp.js'),
  },
];
