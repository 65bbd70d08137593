import { unlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { messageOf, systemCode } from '../../core/errors.js';
import { StartError } from '../options/setting.js';
import { isServed } from '../unix-socket.js';
import { Connection, type Handler } from './connection.js';

/** The longest path of a unix socket, in bytes (sun_path without its final zero). */
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103;

/** The RPC socket: `<lightning-dir>/regtest/lightning-rpc`. */
export class RpcServer {
  readonly #server: Server;
  readonly #connections = new Set<Connection>();

  constructor(handle: Handler, deprecatedOk: boolean) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      const connection = new Connection(socket, handle, deprecatedOk);
      this.#connections.add(connection);
      socket.on('close', () => this.#connections.delete(connection));
      // the client will send no more, but waits for the answers to what it sent
      socket.on('end', () => connection.endWhenIdle());
    });
  }

  /**
   * Listens on `path`, in place of a socket that nobody serves.
   *
   * @param mode permissions of the socket
   * @throws {StartError} if another daemon serves it, or it is too long
   */
  async listen(path: string, mode: number): Promise<void> {
    const length = Buffer.byteLength(path);
    if (length > LONGEST_PATH)
      throw new StartError(`rpc filename '${path}' too long: ${length} bytes, ${length - LONGEST_PATH} too many`);
    if (await isServed(path)) throw new StartError(`rpc filename '${path}' in use`);
    removeSocket(path);
    const before = process.umask(mode ^ 0o777);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        this.#server.listen(path, () => resolve());
      });
    } catch (error) {
      throw new StartError(`Binding rpc socket to '${path}': ${messageOf(error)}`);
    } finally {
      process.umask(before);
    }
  }

  /** Takes no new connections; those there are go on. */
  stopListening(): void {
    this.#server.close();
  }

  /** Closes all connections, once what was answered has left. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#connections, async (connection) => await connection.close()));
  }
}

function removeSocket(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw new StartError(`Removing '${path}': ${messageOf(error)}`);
  }
}
