/**
 * The wire types of JSON-RPC 2.0 as lightningd speaks it (lightningd-rpc(7)): on its RPC socket, and with its plugins
 * over standard input and output.
 */
export type JsonObject = { readonly [key: string]: unknown };
export type RpcParams = JsonObject | readonly unknown[];
export type RpcId = string | number | null;

export interface RpcErrorBody {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** Whether a parsed JSON value is an object (not an array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** lightningd ends each message with an empty line; so do we. */
export const encodeMessage = (message: object): string => `${JSON.stringify(message)}\n\n`;
