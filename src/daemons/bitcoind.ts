import { join } from 'node:path';
import { ConfigFile } from '../core/config-file.js';
import { LnPlayError, messageOf } from '../core/errors.js';
import { makePrivateFolder, readIfThere, writeWhole } from '../core/files.js';
import type { Probe } from '../core/wait.js';
import type { Command } from '../process/daemon-process.js';
import { freePort, isPortFree } from '../process/ports.js';
import { BitcoindRpc, isBitcoinError } from '../rpc/bitcoind.js';
import { Daemon, type ReadyOptions } from './daemon.js';

/** bitcoind's own on regtest. */
const DEFAULT_PORT = '18443';
const PORT_TAKEN = /Unable to bind|Unable to start HTTP server|Binding RPC on address .* failed/;

/** Whether bitcoind died because somebody took its port between our look and its own. */
export const lostItsPort = (error: unknown): boolean =>
  error instanceof LnPlayError && error.details.some((line) => PORT_TAKEN.test(line));

/** The bitcoin.conf of a new playground; a person may edit it. */
const config = (
  rpcPort: number,
): string => `# bitcoind of an ln-play playground; edit it, then: ln-play restart bitcoind
regtest=1
server=1
# sendtoaddress has no fee estimates to go by on regtest
fallbackfee=0.00002
# a new wallet makes one key at a time: quick
keypool=1
txindex=1
# on regtest bitcoind looks at all that waits whenever one transaction more does: slow, where much does
checkmempool=0
# two caches of 16 MB that it clears at its start, for as few signatures as there are here
maxsigcachesize=1
# what waits for a block waits for however long the playground, or a snapshot of it, lies still (in hours)
mempoolexpiry=876000
# Bitcoin Knots: what Bitcoin Core takes. By its own policy it refuses, for one, each transaction whose locktime happens
# to be 21. Bitcoin Core logs that it does not know this, and goes on
corepolicy=1
# only what is on this machine, only with the cookie
listen=0
dnsseed=0
fixedseeds=0
discover=0

[regtest]
rpcbind=127.0.0.1
rpcallowip=127.0.0.1
rpcport=${rpcPort}
# each node holds one, waiting for the next block
rpcthreads=128
rpcworkqueue=256
`;

/** A bitcoind on regtest with a datadir of its own. */
export class Bitcoind {
  readonly datadir: string;
  readonly logFile: string;
  /** The program that it runs. */
  readonly command: Command;
  #rpc: BitcoindRpc | undefined;
  #rpcPort = 0;
  #daemon: Daemon | undefined;

  constructor(datadir: string, command: Command) {
    this.datadir = datadir;
    this.logFile = join(datadir, 'regtest', 'debug.log');
    this.command = command;
  }

  get configFile(): string {
    return join(this.datadir, 'bitcoin.conf');
  }

  /** The TCP port of its RPC on 127.0.0.1. */
  get rpcPort(): number {
    return this.#rpcPort;
  }

  /** `user:password` of its RPC, written at each start. */
  get cookieFile(): string {
    return join(this.datadir, 'regtest', '.cookie');
  }

  get rpc(): BitcoindRpc {
    if (!this.#rpc)
      throw new LnPlayError('STATE', `bitcoind has no ${this.configFile} yet`, { hint: 'run `ln-play up`' });
    return this.#rpc;
  }

  get daemon(): Daemon {
    // -datadir would not do: bitcoin-cli has it too, and must never be taken for the daemon
    const marker = `-pid=${join(this.datadir, 'regtest', 'bitcoind.pid')}`;
    const args = [...this.command.args, `-datadir=${this.datadir}`, marker, '-printtoconsole=0'];
    this.#daemon ??= new Daemon({
      name: 'bitcoind',
      command: { ...this.command, args },
      marker,
      cwd: this.datadir,
      logFile: this.logFile,
      outputFile: join(this.datadir, 'output.log'),
      ready: () => this.#ready(),
      requestStop: () => this.rpc.call('stop'),
    });
    return this.#daemon;
  }

  /**
   * Reads which port its config names, if there is a config.
   *
   * @throws {LnPlayError} STATE for what is no port
   */
  async load(): Promise<this> {
    const text = await readIfThere(this.configFile);
    if (text === undefined) return this;
    const port = new ConfigFile(text, 'first').get('rpcport') ?? DEFAULT_PORT;
    if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
      throw new LnPlayError('STATE', `${this.configFile} has rpcport=${port}, which is not a port`, {
        hint: 'mend that line: a number from 1 to 65535',
      });
    this.#usePort(Number(port));
    return this;
  }

  /**
   * Writes its config, at the first time, with a port that is free; a port that somebody else has taken since is changed.
   *
   * @throws {LnPlayError} FILESYSTEM
   */
  async prepare(): Promise<void> {
    await makePrivateFolder(this.datadir);
    await this.load();
    if (!this.#rpc || !(await isPortFree(this.#rpcPort))) await this.#writePort(await freePort());
  }

  /** Gives its config a port that is free, whatever it has: the one that it has is another's. */
  async takeAnotherPort(): Promise<void> {
    await this.#writePort(await freePort());
  }

  /**
   * Starts it and waits until it answers; it must have been prepared.
   *
   * @throws {LnPlayError} DAEMON with its last log lines when it dies; TIMEOUT
   */
  async start(options: ReadyOptions = {}): Promise<void> {
    await this.daemon.start();
    await this.daemon.waitReady(options);
  }

  /**
   * Asks it. One that warms up, since another command has just started it again, has done nothing: it is asked again when
   * it is ready. If it dies meanwhile, the error tells of its death.
   *
   * @throws {LnPlayError} RPC, CONNECTION, DAEMON; TIMEOUT
   */
  async call<T>(...args: Parameters<BitcoindRpc['call']>): Promise<T> {
    const ask = (): Promise<T> => this.daemon.guard(() => this.rpc.call<T>(...args));
    try {
      return await ask();
    } catch (error) {
      if (!isBitcoinError(error, 'IN_WARMUP')) throw error;
      await this.daemon.waitReady();
      return await ask();
    }
  }

  /** Closes its connections to bitcoind; bitcoind goes on. */
  close(): void {
    this.#rpc?.close();
  }

  async #writePort(port: number): Promise<void> {
    const text = await readIfThere(this.configFile);
    const file = new ConfigFile(text ?? config(port), 'first');
    file.set('rpcport', String(port));
    await writeWhole(this.configFile, file.toString());
    this.#usePort(port);
  }

  #usePort(port: number): void {
    if (this.#rpcPort === port && this.#rpc) return;
    this.#rpc?.close();
    this.#rpcPort = port;
    this.#rpc = new BitcoindRpc({ host: '127.0.0.1', port, auth: { cookieFile: this.cookieFile } });
  }

  async #ready(): Promise<Probe<void>> {
    try {
      await this.rpc.call('getblockchaininfo');
      return { done: undefined };
    } catch (error) {
      const starting = isBitcoinError(error, 'IN_WARMUP');
      if (starting || (error instanceof LnPlayError && error.code === 'CONNECTION')) return { seen: messageOf(error) };
      throw error;
    }
  }
}
