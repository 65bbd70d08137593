import { join } from 'node:path';
import { shellWord } from '../../core/shell.js';
import type { AnyNode } from '../../nodes/implementations.js';
import { isObject, type JsonObject } from '../../rpc/json-rpc.js';
import type { Binding } from '../../rpc/lightning-types.js';

/** How somebody reaches something of a node: to be copied. */
export interface WayToConnect {
  readonly label: string;
  readonly value: string;
}

/** Options of plugins that offer the node's methods elsewhere, and what they are called. */
const PORTS = [
  { label: 'REST (clnrest)', port: 'clnrest-port', host: 'clnrest-host', scheme: 'https' },
  { label: 'gRPC', port: 'grpc-port', host: 'grpc-host', scheme: 'https' },
  { label: 'WebSocket RPC', port: 'wss-bind-addr', host: undefined, scheme: 'wss' },
] as const;

/** @param info of getinfo, @param configs of listconfigs, as far as the node has told them */
export function waysToConnect(node: AnyNode, info: unknown, configs: unknown): WayToConnect[] {
  const { folder, rpcAddress, configFile, implementation } = node;
  const own = isObject(info) ? info : {};
  const binding = Array.isArray(own['binding']) ? (own['binding'] as Binding[]) : [];
  const id = typeof own['id'] === 'string' ? own['id'] : undefined;
  const addresses = binding.map(({ socket, address = '', port = 0 }) => socket ?? `${address}:${port}`);
  return [
    ...(id === undefined ? [] : [{ label: 'Node id', value: id }]),
    ...(id === undefined ? [] : addresses.map((address) => ({ label: 'Peer', value: `${id}@${address}` }))),
    { label: 'RPC socket', value: rpcAddress },
    { label: 'ln-play', value: `ln-play cli ${node.name} getinfo` },
    { label: 'lightning-cli', value: `lightning-cli --lightning-dir=${shellWord(folder)} --network=regtest getinfo` },
    ...(isObject(configs) ? offered(configs) : []),
    { label: 'Config', value: configFile },
    { label: 'Log', value: node.daemon.spec.logFile },
    ...(implementation === 'cln' ? [{ label: 'Certificates', value: join(folder, 'regtest') }] : []),
  ];
}

function offered(configs: JsonObject): WayToConnect[] {
  const value = (option: string): string | undefined => {
    const entry = configs[option];
    const set = isObject(entry) ? (entry['value_int'] ?? entry['value_str']) : undefined;
    return typeof set === 'string' || typeof set === 'number' ? String(set) : undefined;
  };
  return PORTS.flatMap(({ label, port, host, scheme }) => {
    const at = value(port);
    if (at === undefined) return [];
    return [{ label, value: at.includes(':') ? at : `${scheme}://${(host && value(host)) ?? '127.0.0.1'}:${at}` }];
  });
}
