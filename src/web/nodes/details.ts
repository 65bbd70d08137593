import { isObject, type JsonObject } from '../../rpc/json-rpc.js';
import { describeProcess } from '../../daemons/subdaemons.js';
import { errorBody } from '../../interface/errors.js';
import type { AnyNode } from '../../nodes/implementations.js';
import { descendants, listProcesses } from '../../process/table.js';
import { usageOf } from '../../process/usage.js';
import { waysToConnect } from './connect.js';

/** How long a node may take to tell one thing of itself, in ms. */
const ANSWER_MS = 5_000;

/** What is asked: what it is called here, the method, and what of the reply is shown; all of it without that. */
const ASKED: readonly (readonly [name: string, method: string, member?: string])[] = [
  ['info', 'getinfo'],
  ['config', 'listconfigs', 'configs'],
  ['funds', 'listfunds'],
  ['channels', 'listpeerchannels', 'channels'],
  ['peers', 'listpeers', 'peers'],
  ['invoices', 'listinvoices', 'invoices'],
  ['payments', 'listpays', 'pays'],
  ['forwards', 'listforwards', 'forwards'],
  ['plugins', 'plugin', 'plugins'],
];

/** All that a node tells of itself, each part for itself: one that failed is its error, as `--json` has it. */
export async function nodeDetails(node: AnyNode): Promise<JsonObject> {
  const asked = ASKED.map(async ([name, method, member]) => [name, await part(node, method, member)] as const);
  const told: JsonObject = Object.fromEntries(await Promise.all(asked));
  const connect = waysToConnect(node, told['info'], told['config']);
  return { name: node.name, ...told, connect, processes: processesOf(node) };
}

async function part({ daemon, rpc }: AnyNode, method: string, member: string | undefined): Promise<unknown> {
  const params = method === 'plugin' ? { subcommand: 'list' } : {};
  try {
    const reply = await daemon.guard(() => rpc.call(method, params, { timeoutMs: ANSWER_MS }));
    return member !== undefined && isObject(reply) ? reply[member] : reply;
  } catch (error) {
    return errorBody(error);
  }
}

/** Its processes as `ln-play ps` has them, and what they take. */
function processesOf({ name, daemon }: AnyNode): object[] {
  const { pid: own } = daemon;
  if (own === undefined) return [];
  const family = descendants(own, listProcesses());
  const usage = usageOf(family.map(({ pid }) => pid));
  return family.map(({ pid, parent, args }) => {
    const isOwn = pid === own;
    const { program, purpose } = isOwn ? { program: name, purpose: 'a lightning node' } : describeProcess(args);
    const { cpu = null, memoryKb = null } = usage.get(pid) ?? {};
    return { pid, parent: isOwn ? null : parent, command: program, purpose, cpu, memory_kb: memoryKb };
  });
}
