/**
 * A Core Lightning plugin in place of its `bcli`: what lightningd knows of the chain comes through here. lightningd asks
 * for the next block again and again; bcli answers "none yet" at once, so lightningd has to pause between two questions,
 * for a second at least. This one holds the second such question until bitcoind has the block, so that lightningd needs
 * no pause (`dev-bitcoind-poll=0`): it sees a block some ms after it was mined, and an idle node does nothing at all.
 * Nor does it start a bitcoin-cli for each question.
 *
 * The methods and their shapes: CLN's doc/developers-guide/plugin-development/bitcoin-backend.md.
 */
import { join } from 'node:path';
import { BitcoindRpc } from '../../rpc/bitcoind.js';
import { BitcoindWeather } from '../../rpc/bitcoind-weather.js';
import { JsonFramer } from '../../rpc/framing.js';
import { encodeMessage, isObject, type JsonObject } from '../../rpc/json-rpc.js';
import { createMethods, type BackendMethod } from './methods.js';

const OPTIONS = {
  'bitcoin-datadir': 'string',
  'bitcoin-cli': 'string',
  'bitcoin-rpcuser': 'string',
  'bitcoin-rpcpassword': 'string',
  'bitcoin-rpcconnect': 'string',
  'bitcoin-rpcport': 'int',
  'bitcoin-rpcclienttimeout': 'int',
  'bitcoin-retry-timeout': 'int',
} as const;

const METHODS = ['getchaininfo', 'estimatefees', 'getrawblockbyheight', 'getutxout', 'sendrawtransaction'] as const;

let methods: { readonly [method: string]: BackendMethod } = {};

const manifest = {
  dynamic: false,
  nonnumericids: true,
  options: Object.entries(OPTIONS).map(([name, type]) => ({ name, type, description: 'as bcli has it' })),
  rpcmethods: METHODS.map((name) => ({ name, usage: '', description: 'for lightningd itself' })),
};

function init(params: JsonObject): JsonObject {
  const options = isObject(params['options']) ? params['options'] : {};
  const text = (name: keyof typeof OPTIONS): string => (options[name] as string | undefined) ?? '';
  const auth = text('bitcoin-rpcuser')
    ? { user: text('bitcoin-rpcuser'), password: text('bitcoin-rpcpassword') }
    : { cookieFile: join(text('bitcoin-datadir'), 'regtest', '.cookie') };
  const host = text('bitcoin-rpcconnect') || '127.0.0.1';
  const port = Number(options['bitcoin-rpcport'] ?? 18443);
  const weather = new BitcoindWeather(text('bitcoin-datadir'));
  const bitcoind = new BitcoindRpc({ host, port, auth }, () => weather.delayMs);
  methods = createMethods(bitcoind, weather, (message) => {
    process.stdout.write(encodeMessage({ jsonrpc: '2.0', method: 'log', params: { level: 'unusual', message } }));
  });
  return {};
}

async function answer(request: JsonObject): Promise<void> {
  const { id, method, params } = request;
  if (id === undefined) return; // a notification
  const given = isObject(params) ? params : {};
  try {
    const result =
      method === 'getmanifest' ? manifest : method === 'init' ? init(given) : await methods[String(method)]!(given);
    process.stdout.write(encodeMessage({ jsonrpc: '2.0', id, result }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stdout.write(encodeMessage({ jsonrpc: '2.0', id, error: { code: -1, message } }));
  }
}

const framer = new JsonFramer();
process.stdin.on('data', (chunk: Buffer) => {
  for (const text of framer.push(chunk)) void answer(JSON.parse(text) as JsonObject);
});
process.stdin.on('end', () => process.exit(0));
