export interface Option {
  name: string;
  type: 'string' | 'int' | 'bool' | 'flag';
  default?: string | number | boolean;
  description: string;
}

/** What lightningd gives with a call: by position or by name, as the caller wrote it. Say what you expect of it. */
type Handler<Params> = (params: Params) => unknown;

export declare class Plugin {
  options: Record<string, unknown>;
  configuration: Record<string, unknown>;
  option(option: Option): void;
  method<Params>(name: string, usage: string, handler: Handler<Params>): void;
  subscribe<Params>(topic: string, handler: Handler<Params>): void;
  hook<Params>(name: string, handler: Handler<Params>): void;
  onInit(handler: () => unknown): void;
  log(message: string, level?: 'debug' | 'info' | 'warn' | 'error'): void;
  rpc<Result>(method: string, params?: unknown): Promise<Result>;
  run(): void;
}

export declare class RpcError extends Error {
  constructor(code: number, message: string);
  code: number;
}
