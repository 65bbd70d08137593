import type { RpcErrorBody } from '../../rpc/json-rpc.js';

/** What a method answers when it fails: goes to the client as it is. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  /** @param code one of `CODE`; or any other if a plugin chose it */
  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }

  /** The `error` member of the reply. */
  toBody(): RpcErrorBody {
    const { code, message, data } = this;
    return data === undefined ? { code, message } : { code, message, data };
  }
}

/** An error of a plugin, which goes to the client as the text that it is. */
export class PassedOnError extends Error {
  readonly text: string;
  constructor(text: string) {
    super(`a plugin answered with the error ${text}`);
    this.name = 'PassedOnError';
    this.text = text;
  }
}

/**
 * A parameter that cannot be read. The server makes the reply of it: with the value for a developer or for `check`,
 * otherwise the value only goes to the log, since it may be a secret.
 */
export class ParamError extends Error {
  readonly param: string;
  /** What was wanted, in CLN's words: "should be a node id". */
  readonly wanted: string;
  /** The JSON text of what came. */
  readonly token: string;

  constructor(param: string, wanted: string, value: unknown) {
    super(`${param}: ${wanted}`);
    this.name = 'ParamError';
    this.param = param;
    this.wanted = wanted;
    this.token = JSON.stringify(value) ?? 'null';
  }
}
