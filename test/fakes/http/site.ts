import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse, bytes: Buffer) => void;

/** A server on loopback with some files; one of them is asked for in ways that a test decides. */
export interface Site {
  readonly origin: string;
  /** What it has, by path. */
  readonly files: Map<string, Buffer>;
  /** How it answers who asks for the file that is watched: with the next of these, the last one for good. */
  answers: Answer[];
  /** The Range header of each request for that file so far, empty where there was none. */
  readonly ranges: readonly string[];
  /** Breaks the connections that are open. */
  break(): void;
  /** Once is enough. */
  close(): Promise<void>;
}

/** @param watched the path of the file that `answers` and `ranges` are about */
export async function serveFiles(files: { readonly [path: string]: Buffer }, watched: string): Promise<Site> {
  const ranges: string[] = [];
  const server = createServer((request, response) => {
    const bytes = site.files.get(request.url!);
    if (!bytes) {
      response.writeHead(404, { 'content-type': 'text/html' }).end('no');
      return;
    }
    if (request.url !== watched) {
      right(request, response, bytes);
      return;
    }
    ranges.push(request.headers.range ?? '');
    const [answer] = site.answers.length > 1 ? site.answers.splice(0, 1) : site.answers;
    answer!(request, response, bytes);
  });
  const port = await listen(server);
  const site: Site = {
    origin: `http://127.0.0.1:${port}`,
    files: new Map(Object.entries(files)),
    ranges,
    answers: [right],
    break: () => server.closeAllConnections(),
    close: () => close(server),
  };
  return site;
}

/** All of it, or the range that was asked for. */
export const right: Answer = (request, response, bytes) => {
  const rest = begin(request, response, bytes);
  if (rest) response.end(rest);
};

/** Says what will come, and returns that; undefined where there is no such range. */
function begin(request: IncomingMessage, response: ServerResponse, bytes: Buffer): Buffer | undefined {
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  const rest = bytes.subarray(Number(asked ?? 0));
  if (asked && rest.length === 0) {
    response.writeHead(416).end();
    return undefined;
  }
  response.writeHead(asked ? 206 : 200, {
    'content-length': rest.length,
    ...(asked ? { 'content-range': `bytes ${asked}-${bytes.length - 1}/${bytes.length}` } : {}),
  });
  return rest;
}

/** All of it, whatever range was asked for. */
export const withoutRanges: Answer = (_request, response, bytes) => {
  response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
};

/** The next `count` bytes, and then nothing comes. */
export const some =
  (count: number): Answer =>
  (request, response, bytes) => {
    const rest = begin(request, response, bytes);
    if (rest) response.write(rest.subarray(0, count));
  };

/** `count` bytes as if that were all, without a length: as a proxy may that closes when it has no more. */
export const endsEarly =
  (count: number): Answer =>
  (_request, response, bytes) => {
    response.writeHead(200, { connection: 'close' }).end(bytes.subarray(0, count));
  };

/** As `right`, in fifty pieces, one after the other. */
export const slowly: Answer = (request, response, bytes) => {
  const rest = begin(request, response, bytes);
  if (!rest) return;
  let sent = 0;
  const timer = setInterval(() => {
    response.write(rest.subarray(sent, (sent += Math.ceil(bytes.length / 50))));
    if (sent >= rest.length) response.end();
  }, 10);
  response.on('close', () => clearInterval(timer));
};

export const never: Answer = () => {};

export const withStatus =
  (status: number, headers: { readonly [name: string]: string } = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, headers).end('no');
  };

export const loginPage: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>Welcome to our Wi-Fi</html>');
};

/** A proxy for CONNECT on loopback. */
export interface Proxy {
  readonly url: string;
  /** What it was asked to connect to. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** @param status what it says to each CONNECT: 200 connects */
export async function fakeProxy(status = 200): Promise<Proxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    asked.push(request.url!);
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} no\r\n\r\n`);
      return;
    }
    const [host, port] = request.url!.split(':');
    const target = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    sockets.add(target);
    target.on('error', () => socket.destroy());
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await close(server);
    },
  };
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function close(server: ReturnType<typeof createServer>): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
