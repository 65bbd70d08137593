import { readFile } from 'node:fs/promises';
import { LnPlayError, messageOf } from '../core/errors.js';
import type { LightningNode } from '../nodes/node.js';
import type { Activity, AmountMsat } from './activity.js';

/**
 * Reads a simulation file of sim-ln (its README: nodes, and activity with source, destination, amount_msat, interval_secs,
 * count, start_secs) for the nodes of a playground: each is found by its node id, its alias, or the name that the
 * playground has for it. What else the file says of a node, such as its address and macaroon, is not needed.
 *
 * @throws {LnPlayError} FILESYSTEM; INVALID for what is no such file, or names a node that there is not
 */
export async function readSimJson(file: string, nodes: readonly LightningNode[]): Promise<Activity[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new LnPlayError('FILESYSTEM', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new LnPlayError('INVALID', `${file} is not JSON: ${messageOf(error)}`, { cause: error, hint: SHAPE_HINT });
  }
  return parseSim(data, await knownNodes(nodes), file);
}

/** A node, and all that a file may call it. */
export interface KnownNode {
  readonly name: string;
  readonly id: string | undefined;
  readonly alias: string | undefined;
}

const SHAPE_HINT = 'a simulation file of sim-ln has {"nodes": […], "activity": […]}';
const NODE_ID = /^0[23][0-9a-f]{64}$/;

async function knownNodes(nodes: readonly LightningNode[]): Promise<KnownNode[]> {
  return await Promise.all(
    nodes.map(async (node) => {
      const { name } = node;
      if (!node.daemon.attach()) return { name, id: await node.formerId(), alias: undefined };
      const { id, alias } = await node.info();
      return { name, id, alias };
    }),
  );
}

/**
 * The activities of what such a file says.
 *
 * @param file as errors call it
 * @throws {LnPlayError} INVALID
 */
export function parseSim(data: unknown, known: readonly KnownNode[], file = 'sim.json'): Activity[] {
  const refuse: Refuse = (what, hint = SHAPE_HINT) => {
    throw new LnPlayError('INVALID', `${file}: ${what}`, { hint });
  };
  if (!isObject(data)) return refuse('it is not an object');
  if (has(data['sim_network']))
    return refuse(
      'sim_network describes channels that sim-ln simulates; a playground has real ones',
      'make them with `ln-play up` and a network file, and name its nodes in "nodes"',
    );
  const named = listOf(data, 'nodes', refuse).map((node, i) => textOf(node, 'id', `nodes[${i}]`, refuse));
  const activity = listOf(data, 'activity', refuse);
  if (named.length === 0 && activity.length === 0) return refuse('it has neither nodes nor activity');
  const nameOf = (called: string, where: string): string => find(called, known, where, refuse);
  const among = named.map((called, i) => nameOf(called, `nodes[${i}].id`));
  if (new Set(among).size < among.length) return refuse(`a node is in "nodes" twice: ${among.join(', ')}`);
  if (activity.length === 0) return [{ among }];
  return activity.map((row, i) => activityOf(row, `activity[${i}]`, nameOf, refuse));
}

type Refuse = (what: string, hint?: string) => never;

function activityOf(
  row: JsonObject,
  where: string,
  nameOf: (called: string, where: string) => string,
  refuse: Refuse,
): Activity {
  const [from, to] = ['source', 'destination'].map((key) =>
    nameOf(textOf(row, key, where, refuse), `${where}.${key}`),
  ) as [string, string];
  if (from === to) return refuse(`${where}: ${from} is both source and destination`, 'name two different nodes');
  const seconds = valueOrRange(row, 'interval_secs', where, refuse);
  const amount = valueOrRange(row, 'amount_msat', where, refuse);
  const count = has(row['count']) ? wholeOf(row['count'], `${where}.count`, refuse) : undefined;
  const start = has(row['start_secs']) ? wholeOf(row['start_secs'], `${where}.start_secs`, refuse) : undefined;
  if ((typeof amount === 'number' ? amount : amount[0]) < 1) return refuse(`${where}.amount_msat is not above zero`);
  return {
    from,
    to,
    amountMsat: typeof amount === 'number' ? BigInt(amount) : exclusive(amount),
    everyMs: typeof seconds === 'number' ? seconds * 1000 : [seconds[0] * 1000, seconds[1] * 1000],
    ...(count !== undefined && { count }),
    ...(start !== undefined && { startMs: start * 1000 }),
  };
}

/** sim-ln's ranges end before their second number. */
const exclusive = ([least, most]: readonly [number, number]): AmountMsat => [BigInt(least), BigInt(most) - 1n];

function find(called: string, known: readonly KnownNode[], where: string, refuse: Refuse): string {
  const isId = NODE_ID.test(called.toLowerCase());
  const lower = called.toLowerCase();
  const ways: ((node: KnownNode) => boolean)[] = isId
    ? [({ id }) => id === lower]
    : [
        ({ name }) => name === called,
        ({ alias }) => alias === called,
        ({ name, alias }) => [name, alias].some((each) => each?.toLowerCase() === lower),
      ];
  for (const way of ways) {
    const found = known.filter(way);
    if (found.length === 1) return found[0]!.name;
    if (found.length > 1)
      return refuse(
        `${where}: ${JSON.stringify(called)} is the alias of ${found.map(({ name }) => name).join(' and ')}`,
        'write the name of the one that is meant',
      );
  }
  const nodes = known.map(({ name, alias }) => (alias === name || alias === undefined ? name : `${name} (${alias})`));
  return refuse(
    `${where}: the playground has no node ${JSON.stringify(called)}`,
    `its nodes are ${nodes.join(', ')}: write one of them, or make one of this name with \`ln-play up --nodes\``,
  );
}

interface JsonObject {
  readonly [key: string]: unknown;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const has = (value: unknown): boolean => value !== undefined && value !== null;
const isWhole = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function listOf(data: JsonObject, key: string, refuse: Refuse): JsonObject[] {
  const value = data[key];
  if (!has(value)) return [];
  if (Array.isArray(value) && value.every(isObject)) return value;
  return refuse(`${key} is not a list of objects`);
}

function textOf(data: JsonObject, key: string, where: string, refuse: Refuse): string {
  const value = data[key];
  if (typeof value === 'string' && value !== '') return value;
  return refuse(`${where} has no ${key}`, `give it one: the name, alias or node id of a node of the playground`);
}

function wholeOf(value: unknown, where: string, refuse: Refuse): number {
  return isWhole(value) ? value : refuse(`${where} cannot be ${JSON.stringify(value)}`, 'give a whole number');
}

function valueOrRange(row: JsonObject, key: string, where: string, refuse: Refuse): number | readonly [number, number] {
  const value = row[key];
  if (isWhole(value)) return value;
  if (Array.isArray(value) && value.length === 2 && value.every(isWhole)) {
    const [least, most] = value as [number, number];
    if (least < most) return [least, most];
  }
  const what = has(value) ? `cannot be ${JSON.stringify(value)}` : 'is missing';
  return refuse(`${where}.${key} ${what}`, 'give a whole number, or two of them with the lesser first: [1000, 5000]');
}
