import type { Context, RunningNode } from './context.js';
import { nodeMethods } from './methods/node-methods.js';
import { buildNode } from './node/build.js';

/**
 * Starts the node, and returns its RPC methods. It has caught up with the chain and listens for peers then.
 *
 * @throws what it cannot go on with; `ctx.fatal` for what lightningd calls fatal
 */
export async function startNode(ctx: Context): Promise<RunningNode> {
  const { parts, stop } = await buildNode(ctx);
  const { identity, features } = parts;
  return {
    methods: nodeMethods(parts),
    id: identity.id,
    alias: identity.alias,
    color: identity.color,
    features,
    stop,
  };
}
