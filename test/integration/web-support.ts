import { request, type Dispatcher } from 'undici';
import { waitFor } from '../../src/core/wait.js';
import type { Happening } from '../../src/web/happenings/happening.js';
import type { State } from '../../src/web/state/state.js';

/** What `ln-play web --json` prints. */
export interface Opened {
  readonly url: string;
  readonly port: number;
  readonly read_only: boolean;
}

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly text: string;
  readonly json: T;
}

/** Somebody who asks a server as a browser does, or not quite so. */
export class Visitor {
  readonly base: string;
  cookie = '';

  constructor({ port }: Pick<Opened, 'port'>) {
    this.base = `http://127.0.0.1:${port}`;
  }

  /** One who has opened what `ln-play web` printed. */
  static async by(opened: Opened): Promise<Visitor> {
    const visitor = new Visitor(opened);
    const { headers } = await visitor.ask(opened.url.slice(visitor.base.length));
    visitor.cookie = String(headers['set-cookie']).split(';')[0]!;
    return visitor;
  }

  async ask<T = Record<string, unknown>>(
    path: string,
    { body, headers = {} }: { readonly body?: unknown; readonly headers?: Record<string, string> } = {},
  ): Promise<Answer<T>> {
    const response = await this.#request(path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.body.text();
    const json = (text.startsWith('{') ? JSON.parse(text) : {}) as T;
    return { status: response.statusCode, headers: response.headers, text, json };
  }

  /** Runs a command that must succeed. @returns its document */
  async run<T = Record<string, unknown>>(name: string, args: readonly string[] = [], options: object = {}): Promise<T> {
    const path = `/api/commands/${name.replaceAll(' ', '-')}`;
    const { status, json, text } = await this.ask<{ json: T }>(path, { body: { args, options } });
    if (status !== 200) throw new Error(`${name}: HTTP ${status}: ${text}`);
    return json.json;
  }

  async state(): Promise<State> {
    return (await this.ask<State>('/api/state')).json;
  }

  /** Listens, until it is closed. */
  async listen(path = '/api/events', headers: Record<string, string> = {}): Promise<Listener> {
    const end = new AbortController();
    const { body } = await this.#request(path, { method: 'GET', headers, signal: end.signal });
    return new Listener(body, end);
  }

  async #request(
    path: string,
    options: Pick<Dispatcher.RequestOptions, 'method' | 'body' | 'signal'> & { headers: Record<string, string> },
  ) {
    const headers = { ...(this.cookie && { cookie: this.cookie }), ...options.headers };
    return await request(`${this.base}${path}`, { ...options, headers, headersTimeout: 120_000 });
  }
}

export interface Heard {
  readonly id: number;
  readonly event: string;
  readonly data: unknown;
}

/** What has been heard of a stream of events so far. */
export class Listener {
  readonly heard: Heard[] = [];
  hasEnded = false;
  readonly #end: AbortController;

  constructor(body: Dispatcher.ResponseData['body'], end: AbortController) {
    this.#end = end;
    let rest = '';
    body.setEncoding('utf8');
    body.on('data', (text: string) => {
      const events = (rest + text).split('\n\n');
      rest = events.pop()!;
      for (const event of events) this.#take(event);
    });
    body.on('error', () => {});
    body.on('close', () => (this.hasEnded = true));
  }

  get happenings(): Happening[] {
    return this.heard.filter(({ event }) => event === 'happening').map(({ data }) => data as Happening);
  }

  get last(): number {
    return Math.max(...this.heard.map(({ id }) => id).filter((id) => !Number.isNaN(id)));
  }

  /** Waits for one. */
  async until(what: string, isIt: (heard: Heard) => boolean): Promise<Heard> {
    return await waitFor<Heard>(what, () => {
      const found = this.heard.find(isIt);
      return Promise.resolve(found ? { done: found } : { seen: JSON.stringify(this.heard.slice(-3)).slice(0, 500) });
    });
  }

  async happening(what: string, isIt: (happening: Happening) => boolean): Promise<Happening> {
    const { data } = await this.until(what, ({ event, data }) => event === 'happening' && isIt(data as Happening));
    return data as Happening;
  }

  close(): void {
    this.#end.abort();
  }

  #take(text: string): void {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
    const event = field('event');
    if (event === undefined) return;
    this.heard.push({ id: Number(field('id')), event, data: JSON.parse(field('data') ?? 'null') });
  }
}
