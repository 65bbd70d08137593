import type {
  Command,
  CommandReply,
  Method,
  NodeDetails,
  OptionValues,
  SeenChannel,
  SeenPayment,
  State,
} from './api-types.js';
import { eventsOf } from './live/event-text.js';

/** What a command or the server says went wrong, and what to do next. */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly details: readonly unknown[];
  readonly status: number;

  constructor(status: number, error: { code?: string; message?: string; hint?: string | null; details?: unknown }) {
    super(error.message ?? `the server answered ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = error.code ?? String(status);
    this.hint = error.hint ?? undefined;
    this.details = Array.isArray(error.details) ? error.details : [];
  }
}

async function ask<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = signal === undefined ? {} : { signal };
  if (body !== undefined) {
    init.method = 'POST';
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  const response = await fetch(path, init).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    throw new ApiError(0, { code: 'SERVER_GONE', message: 'ln-play does not answer', hint: 'start it: ln-play web' });
  });
  const reply = (await response.json().catch(() => ({}))) as T & { error?: ConstructorParameters<typeof ApiError>[1] };
  if (!response.ok) throw new ApiError(response.status, reply.error ?? {});
  return reply;
}

/** Runs a command and hands on what it says as it goes on; it ends when the signal says so. */
async function runAloud(
  path: string,
  body: unknown,
  said: (text: string) => void,
  signal: AbortSignal,
): Promise<CommandReply> {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body), signal });
  if (!response.ok || response.body === null) {
    const { error } = (await response.json().catch(() => ({}))) as {
      error?: ConstructorParameters<typeof ApiError>[1];
    };
    throw new ApiError(response.status, error ?? {});
  }
  const text = response.body.pipeThrough(new TextDecoderStream());
  for await (const { event, data } of eventsOf(piecesOf(text))) {
    const told = JSON.parse(data) as { text?: string } & CommandReply & { error?: { message: string } };
    if (event === 'output' || event === 'note') said(told.text ?? '');
    else if (event === 'result') return told;
    else if (event === 'error') throw new ApiError(400, told.error ?? {});
  }
  throw new ApiError(0, { code: 'SERVER_GONE', message: 'ln-play does not answer', hint: 'start it: ln-play web' });
}

/** Not every browser lets a stream be iterated. */
async function* piecesOf(stream: ReadableStream<string>): AsyncGenerator<string> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

const commandPath = (name: string): string => `/api/commands/${encodeURIComponent(name.replaceAll(' ', '-'))}`;
const node = (name: string): string => `/api/nodes/${encodeURIComponent(name)}`;

/** Each throws ApiError. */
export const api = {
  state: () => ask<State>('/api/state'),
  commands: async () => (await ask<{ commands: readonly Command[] }>('/api/commands')).commands,
  run: (name: string, args: readonly string[], options: OptionValues) =>
    ask<CommandReply>(commandPath(name), { args, options }),
  runAloud: (
    name: string,
    { args, options }: { readonly args: readonly string[]; readonly options: OptionValues },
    said: (text: string) => void,
    signal: AbortSignal,
  ) => runAloud(commandPath(name), { args, options }, said, signal),
  node: (name: string, signal?: AbortSignal) => ask<NodeDetails>(node(name), undefined, signal),
  help: async (name: string) => (await ask<{ commands: readonly Method[] }>(`${node(name)}/help`)).commands,
  rpc: async (name: string, method: string, params: unknown) =>
    (await ask<{ result: unknown }>(`${node(name)}/rpc`, { method, params })).result,
  logUrl: (name: string) => `${node(name)}/log`,
  payment: (hash: string, signal?: AbortSignal) =>
    ask<SeenPayment>(`/api/payments/${encodeURIComponent(hash)}`, undefined, signal),
  channel: (id: string, signal?: AbortSignal) =>
    ask<SeenChannel>(`/api/channels/${encodeURIComponent(id)}`, undefined, signal),
};
