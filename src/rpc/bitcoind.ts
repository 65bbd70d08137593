import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { LnPlayError, messageOf, systemCode } from '../core/errors.js';

/** bitcoind answered with an error: its own code and message, unchanged. */
export class BitcoinRpcError extends LnPlayError {
  readonly method: string;
  readonly rpcCode: number;
  constructor(method: string, error: { code: number; message: string }) {
    super('RPC', `bitcoind: ${method}: ${error.message} (code ${error.code})`);
    this.name = 'BitcoinRpcError';
    this.method = method;
    this.rpcCode = error.code;
  }
}

export type BitcoindAuth = { readonly cookieFile: string } | { readonly user: string; readonly password: string };

export interface BitcoindAddress {
  readonly host: string;
  readonly port: number;
  readonly auth: BitcoindAuth;
}

/** The codes of bitcoind's errors that mean something to us, by their names in its src/rpc/protocol.h, without `RPC_`. */
export const BITCOIN_CODE = {
  MISC_ERROR: -1,
  WALLET_ERROR: -4,
  INVALID_ADDRESS_OR_KEY: -5,
  WALLET_INSUFFICIENT_FUNDS: -6,
  INVALID_PARAMETER: -8,
  WALLET_NOT_FOUND: -18,
  VERIFY_ALREADY_IN_UTXO_SET: -27,
  IN_WARMUP: -28,
  WALLET_ALREADY_LOADED: -35,
} as const;

/** Whether bitcoind answered with an error of one of these codes. */
export const isBitcoinError = (error: unknown, ...codes: readonly (keyof typeof BITCOIN_CODE)[]): boolean =>
  error instanceof BitcoinRpcError && codes.some((code) => error.rpcCode === BITCOIN_CODE[code]);

/**
 * A client of bitcoind's HTTP JSON-RPC, over kept-alive connections. The cookie is read again when bitcoind no longer
 * takes the old one: it writes a new one at each start.
 */
export class BitcoindRpc {
  readonly #address: BitcoindAddress;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  readonly #delayMs: () => number;
  #authorization: string | undefined;
  #nextId = 1;

  /** @param delayMs how much later each answer is to come, asked when it is there; at once by default */
  constructor(address: BitcoindAddress, delayMs: () => number = () => 0) {
    this.#address = address;
    this.#delayMs = delayMs;
  }

  /**
   * Calls a method of bitcoind.
   *
   * @param wallet name of the wallet that the method is about
   * @param timeoutMs by default it waits for as long as it takes
   * @throws {BitcoinRpcError} when bitcoind answers with an error
   * @throws {LnPlayError} CONNECTION when it cannot be reached or refuses the cookie; TIMEOUT
   */
  async call<T = unknown>(
    method: string,
    params: readonly unknown[] | object = [],
    wallet?: string,
    timeoutMs?: number,
  ): Promise<T> {
    if (timeoutMs === undefined) return await this.#late(this.#call(method, params, wallet));
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await this.#late(this.#call(method, params, wallet, signal), signal);
    } catch (cause) {
      if (!signal.aborted) throw cause;
      throw new LnPlayError('TIMEOUT', `bitcoind did not answer ${method} within ${timeoutMs} ms`, {
        hint: 'see its log with `ln-play logs bitcoind`, or `ln-play restart bitcoind`',
        cause,
      });
    }
  }

  async #late<T>(answer: Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await answer;
    } finally {
      const ms = this.#delayMs();
      if (ms > 0) await delay(ms, undefined, { signal });
    }
  }

  async #call<T>(
    method: string,
    params: readonly unknown[] | object,
    wallet?: string,
    signal?: AbortSignal,
  ): Promise<T> {
    const body = JSON.stringify({ jsonrpc: '1.0', id: this.#nextId++, method, params });
    const path = wallet === undefined ? '/' : `/wallet/${encodeURIComponent(wallet)}`;
    let { status, text } = await this.#post(path, body, signal);
    if (status === 401) {
      this.#authorization = undefined;
      ({ status, text } = await this.#post(path, body, signal));
    }
    if (status === 401 || status === 403)
      throw new LnPlayError('CONNECTION', `bitcoind at ${this.#where} refuses our credentials (HTTP ${status})`, {
        hint: 'another bitcoind may have taken the port: run `ln-play down` and `ln-play up`',
      });
    let reply: { result?: T; error?: { code: number; message: string } | null };
    try {
      reply = JSON.parse(text) as typeof reply;
    } catch (cause) {
      const said = text.slice(0, 200).trim() || 'nothing';
      throw new LnPlayError('CONNECTION', `bitcoind answered ${method} with HTTP ${status}: ${said}`, { cause });
    }
    if (reply.error) throw new BitcoinRpcError(method, reply.error);
    return reply.result as T;
  }

  /** Closes the kept-alive connections. */
  close(): void {
    this.#agent.destroy();
  }

  get #where(): string {
    return `${this.#address.host}:${this.#address.port}`;
  }

  async #credentials(): Promise<string> {
    const { auth } = this.#address;
    if (!('cookieFile' in auth)) return `${auth.user}:${auth.password}`;
    try {
      return (await readFile(auth.cookieFile, 'utf8')).trim();
    } catch (cause) {
      throw new LnPlayError('CONNECTION', `bitcoind is not running: it has written no cookie ${auth.cookieFile}`, {
        hint: 'start it with `ln-play up`',
        cause,
      });
    }
  }

  async #post(path: string, body: string, signal?: AbortSignal): Promise<{ status: number; text: string }> {
    this.#authorization ??= `Basic ${Buffer.from(await this.#credentials()).toString('base64')}`;
    const { host, port } = this.#address;
    const headers = {
      Authorization: this.#authorization,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    };
    return await new Promise((resolve, reject) => {
      const sent = request({ host, port, path, method: 'POST', headers, agent: this.#agent, signal }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
        response.on('error', lost);
      });
      const lost = (cause: Error): void => {
        this.#authorization = undefined; // one that is started again has a new cookie, and lets who brings the old one wait
        const why = systemCode(cause) ?? messageOf(cause);
        const hint = 'start it with `ln-play up`';
        reject(new LnPlayError('CONNECTION', `bitcoind does not answer at ${this.#where} (${why})`, { hint, cause }));
      };
      sent.on('error', (cause) => {
        // bitcoind closed the kept connection, at that very moment, for having been idle
        if (sent.reusedSocket && systemCode(cause) === 'ECONNRESET') resolve(this.#post(path, body, signal));
        else lost(cause);
      });
      sent.end(body);
    });
  }
}
