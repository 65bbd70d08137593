import type { Method } from '../context.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { bool, string_ } from '../rpc/params.js';
import type { Command, Registry } from '../rpc/registry.js';
import { unknownCommand } from '../rpc/missing-methods.js';

/** The commands about commands: `help`, `check`, and what a client sets for its connection. */
export function helpMethods(registry: Registry, developer: boolean): readonly Method[] {
  return [
    method({
      name: 'help',
      category: 'utility',
      params: [{ name: 'command', type: string_ }],
      handle: ({ command: name }, { session }) => {
        const shown = name === undefined ? registry.list() : [find(name)];
        const listed = shown.filter(({ deprecated }) => !deprecated || session.deprecatedOk);
        return { help: listed.map((command) => ({ command: describe(command) })), 'format-hint': 'simple' };

        function find(wanted: string): Command {
          const command = registry.get(wanted);
          const refuse = (why: string): RpcError => new RpcError(CODE.METHOD_NOT_FOUND, `${why} command ${wanted}`);
          if (!command) throw refuse('Unknown');
          if (command.deprecated && !session.deprecatedOk) throw refuse('Deprecated');
          if (command.developerOnly && !developer) throw refuse('Developer-only');
          return command;
        }
      },
    }),
    method({
      name: 'check',
      category: 'utility',
      params: [{ name: 'command_to_check', type: string_, required: true }],
      allowExtra: true,
      handle: async ({ command_to_check: name }, call) => {
        const command = registry.get(name);
        if (!command) throw new RpcError(CODE.METHOD_NOT_FOUND, unknownCommand(name));
        await command.check(withoutCommand(call.params), call);
        return { command_to_check: name };
      },
    }),
    method({
      name: 'notifications',
      category: 'utility',
      params: [{ name: 'enable', type: bool, required: true }],
      handle: ({ enable }, { session }) => {
        session.notifications = enable;
        return {};
      },
    }),
    method({
      name: 'deprecations',
      category: 'utility',
      params: [{ name: 'enable', type: bool, required: true }],
      handle: ({ enable }, { session }) => {
        session.deprecatedOk = enable;
        return {};
      },
    }),
    method({
      name: 'batching',
      category: 'utility',
      params: [{ name: 'enable', type: bool, required: true }],
      // every change is on disk before it is answered, whether or not more are to follow
      handle: () => ({}),
    }),
  ];
}

const describe = ({ name, deprecated, usage }: Command): string =>
  `${name}${deprecated ? ' (DEPRECATED!)' : ''} ${usage}`;

function withoutCommand(params: unknown): unknown {
  if (Array.isArray(params)) return params.slice(1);
  const { command_to_check: _, ...rest } = params as Record<string, unknown>;
  return rest;
}
