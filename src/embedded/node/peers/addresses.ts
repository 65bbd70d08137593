import { isIPv4, isIPv6 } from 'node:net';
import type { Binding } from '../../../rpc/lightning-types.js';

/** The port that lightningd listens on for regtest if none is given. */
export const DEFAULT_PORT = 19846;

/** Where a lightning peer is. */
export type PeerAddress = { readonly socket: string } | { readonly host: string; readonly port: number };

/**
 * Reads an address as CLN does (lightning-connect(7), lightningd-config(5)): an absolute path is a unix socket;
 * otherwise `host`, `host:port`, `[ipv6]:port`, or `:port`.
 */
export function parseAddress(text: string, defaultPort = DEFAULT_PORT): PeerAddress | undefined {
  if (text.startsWith('/')) return { socket: text };
  if (isIPv6(text)) return { host: text, port: defaultPort };
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/@\s]*))(?::(\d{1,5}))?$/.exec(text);
  if (!match) return undefined;
  const host = match[1] ?? match[2] ?? '';
  const port = match[3] === undefined ? defaultPort : Number(match[3]);
  if (port > 65_535 || (match[1] !== undefined && !isIPv6(host))) return undefined;
  return { host, port };
}

/** The address as CLN's replies have it. */
export function bindingOf(address: PeerAddress): Binding {
  if ('socket' in address) return { type: 'local socket', socket: address.socket };
  const type = isIPv4(address.host) ? 'ipv4' : isIPv6(address.host) ? 'ipv6' : 'dns';
  return { type, address: address.host, port: address.port };
}

/** As people write it: `/path/peer`, `127.0.0.1:19846`, `[::1]:19846`. */
export function formatAddress(address: PeerAddress): string {
  if ('socket' in address) return address.socket;
  return isIPv6(address.host) ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
