import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface BitcoindCall {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly path: string;
  readonly authorization: string | undefined;
}

/** What a test has bitcoind say: a result, an error of its own, or a hand on the response itself. */
export type BitcoindAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } }
  | ((response: ServerResponse) => void);

/** A bitcoind's HTTP RPC on 127.0.0.1 that a test steers. */
export class FakeBitcoind {
  readonly calls: BitcoindCall[] = [];
  answer: (call: BitcoindCall) => BitcoindAnswer | Promise<BitcoindAnswer>;
  #server = createServer();
  #port = 0;

  constructor(answer: FakeBitcoind['answer']) {
    this.answer = answer;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens, at the port that it had before where it had one. */
  async listen(): Promise<this> {
    this.#server = createServer((request, response) => void this.#handle(request, response));
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Goes away as a bitcoind that dies: what is asked gets no answer. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as {
      method: string;
      params: readonly unknown[];
      id: number;
    };
    const call = {
      method: body.method,
      params: body.params,
      path: request.url!,
      authorization: request.headers.authorization,
    };
    this.calls.push(call);
    const answer = await this.answer(call);
    if (typeof answer === 'function') return answer(response);
    const failed = 'error' in answer;
    response.statusCode = failed ? 500 : 200; // as bitcoind does
    response.end(JSON.stringify({ result: null, error: null, id: body.id, ...answer }));
  }
}
