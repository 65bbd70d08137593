/**
 * A plugin that lets a node be connected only as the rules in a file say (rules.ts), which may change at any time. lightningd
 * asks it before it deals with a peer, whoever has called whom.
 */
import { JsonFramer } from '../../rpc/framing.js';
import { encodeMessage, isObject, type JsonObject } from '../../rpc/json-rpc.js';
import { isAllowed, readRules, type ConnectedPeer } from './rules.js';

const OPTION = 'peer-rules';
let rulesFile = '';

const manifest = {
  dynamic: true,
  nonnumericids: true,
  options: [{ name: OPTION, type: 'string', description: 'a JSON file with how peers may connect, by node id' }],
  rpcmethods: [],
  hooks: [{ name: 'peer_connected' }],
};

async function resultOf(method: unknown, params: JsonObject): Promise<object> {
  if (method === 'getmanifest') return manifest;
  if (method === 'init') {
    rulesFile = isObject(params['options']) ? String(params['options'][OPTION]) : '';
    return {};
  }
  const allowed = isAllowed(await readRules(rulesFile), params['peer'] as ConnectedPeer);
  return allowed ? { result: 'continue' } : { result: 'disconnect', error_message: 'cut by ln-play' };
}

async function answer({ id, method, params }: JsonObject): Promise<void> {
  if (id === undefined) return; // a notification
  const result = await resultOf(method, isObject(params) ? params : {});
  process.stdout.write(encodeMessage({ jsonrpc: '2.0', id, result }));
}

const framer = new JsonFramer();
process.stdin.on('data', (chunk: Buffer) => {
  for (const text of framer.push(chunk)) void answer(JSON.parse(text) as JsonObject);
});
process.stdin.on('end', () => process.exit(0));
