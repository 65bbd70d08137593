import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import { COMMANDS, help, nodeDetails, runFake } from './fake-answers.js';
import { FakePlayground, PLAYS, type Play } from './fake-playground.js';

/** As the real server sends it, so that what it would refuse is seen here. */
const CSP = "default-src 'self'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

/** The HTTP interface on invented playgrounds, behind `vite` and `vite preview`. The one is chosen by ?play=. */
export function fakeServer(): Plugin {
  let playground = new FakePlayground('two');
  let rate = 0.6;
  const readers = new Set<ServerResponse>();
  const told: { id: number; frame: string }[] = [];
  const tell = (event: string, data: unknown, id?: number): void => {
    const frame = written(event, data, id);
    if (id !== undefined) told.push({ id, frame });
    if (told.length > 2000) told.shift();
    for (const reader of readers) reader.write(frame);
  };
  const tellState = (): void => tell('state', playground.state);

  const pay = (): void => {
    for (const [index, happening] of [...playground.payment()].entries())
      setTimeout(() => {
        tell('happening', happening, happening.id);
        tellState();
      }, index * 40);
  };
  setInterval(() => {
    for (let left = rate * 0.25; left > 0; left--) if (Math.random() < left) pay();
  }, 250).unref();

  const json = (response: ServerResponse, value: unknown, status = 200): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };

  async function answer(request: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> {
    const url = new URL(request.url!, 'http://localhost');
    const play = url.searchParams.get('play');
    if (url.pathname === '/' && play !== null && PLAYS.includes(play)) {
      playground = new FakePlayground(play as Play);
      told.length = 0;
      rate = Number(url.searchParams.get('rate') ?? (play === 'fifty' ? 4 : play === 'empty' ? 0 : 0.6));
      tellState();
    }
    if (!url.pathname.startsWith('/api')) return next();
    const [, , kind, name = '', part] = url.pathname.split('/').map(decodeURIComponent);
    if (kind === 'state') return json(response, playground.state);
    if (kind === 'events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      const after = Number(url.searchParams.get('after') ?? 0);
      response.write(
        `retry: 500\n\n${told
          .filter(({ id }) => id > after)
          .map(({ frame }) => frame)
          .join('')}${written('state', playground.state)}`,
      );
      readers.add(response);
      response.on('close', () => readers.delete(response));
      return;
    }
    if (kind === 'commands' && name === '') return json(response, { commands: COMMANDS });
    if (kind === 'commands') {
      const body = await bodyOf(request);
      const { reply, happenings, status } = runFake(playground, name.replaceAll('-', ' '), body);
      for (const happening of happenings) tell('happening', happening, happening.id);
      tellState();
      return json(response, reply, status);
    }
    if (kind === 'nodes' && part === undefined) return json(response, nodeDetails(playground, name));
    if (kind === 'nodes' && part === 'help') return json(response, { commands: help() });
    if (kind === 'nodes' && part === 'rpc') {
      const { method } = await bodyOf(request);
      if (method === 'fail')
        return json(
          response,
          { error: { code: 'RPC_ERROR', message: 'Unknown command', hint: null, details: [{ code: -32601 }] } },
          502,
        );
      return json(response, { result: { method, ...nodeDetails(playground, name) } });
    }
    if (kind === 'nodes') return log(response);
    if (kind === 'payments' || kind === 'channels') {
      const seen = playground.state.nodes.slice(0, 3).map((node) => ({
        node: node.name,
        parts: [{ partid: 1, amount_msat: 12_000, status: 'complete' }],
        forwards: [],
        htlcs: [],
      }));
      return json(response, { payment_hash: name, id: name, seen });
    }
    return json(response, { error: { code: 'NOT_FOUND', message: `no ${url.pathname}` } }, 404);
  }

  const use = (
    middlewares: {
      use: (handler: (request: IncomingMessage, response: ServerResponse, next: () => void) => void) => void;
    },
    isBuilt: boolean,
  ): void => {
    middlewares.use((request, response, next) => {
      if (isBuilt) response.setHeader('content-security-policy', CSP);
      answer(request, response, next).catch(() => response.destroy());
    });
  };
  return {
    name: 'fake-playground',
    configureServer: ({ middlewares }) => use(middlewares, false),
    configurePreviewServer: ({ middlewares }) => use(middlewares, true),
  };
}

const written = (event: string, data: unknown, id?: number): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

async function bodyOf(request: IncomingMessage): Promise<Record<string, never>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text || '{}') as Record<string, never>;
}

function log(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const levels = ['debug', 'debug', 'info', 'debug', 'unusual', 'io', 'broken'];
  let count = 0;
  const line = (): void => {
    const level = levels[count++ % levels.length];
    const data = {
      at: new Date().toISOString(),
      level,
      source: 'lightningd',
      text: `line ${count}: peer ready <b>not bold</b>`,
    };
    response.write(written('line', data));
  };
  for (let index = 0; index < 120; index++) line();
  const timer = setInterval(line, 700);
  response.on('close', () => clearInterval(timer));
}
