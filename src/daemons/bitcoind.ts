import { join } from 'node:path';
import { ConfigFile } from '../core/config-file.js';
import { LnPlayError } from '../core/errors.js';
import { makePrivateFolder, readIfThere, writeWhole } from '../core/files.js';
import type { Probe, WaitOptions } from '../core/wait.js';
import type { Command } from '../process/daemon-process.js';
import { freePort } from '../process/ports.js';
import { BitcoindRpc, BitcoinRpcError, RPC_IN_WARMUP } from '../rpc/bitcoind.js';
import { Daemon } from './daemon.js';

const PORT_TRIES = 5;
const PORT_TAKEN = /Unable to bind|Unable to start HTTP server|Binding RPC on address .* failed/;

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
# only what is on this machine, only with the cookie
listen=0
dnsseed=0
fixedseeds=0
discover=0

[regtest]
rpcbind=127.0.0.1
rpcallowip=127.0.0.1
rpcport=${rpcPort}
rpcthreads=20
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

  get rpc(): BitcoindRpc {
    if (!this.#rpc)
      throw new LnPlayError('STATE', `bitcoind has no ${this.configFile} yet`, { hint: 'run `ln-play up`' });
    return this.#rpc;
  }

  get daemon(): Daemon {
    this.#daemon ??= new Daemon({
      name: 'bitcoind',
      command: { command: this.command.command, args: [...this.command.args, this.marker, '-printtoconsole=0'] },
      marker: this.marker,
      cwd: this.datadir,
      logFile: this.logFile,
      outputFile: join(this.datadir, 'output.log'),
      ready: () => this.#ready(),
      requestStop: () => this.rpc.call('stop'),
    });
    return this.#daemon;
  }

  get marker(): string {
    return `-datadir=${this.datadir}`;
  }

  /** Reads which port its config names, where there is a config. */
  async load(): Promise<this> {
    const text = await readIfThere(this.configFile);
    if (text !== undefined) this.#usePort(Number(new ConfigFile(text).get('rpcport') ?? 18443));
    return this;
  }

  /**
   * Starts it, with a config and free port at the first time, and waits until it answers.
   *
   * @throws {LnPlayError} DAEMON with its last log lines when it dies; TIMEOUT; FILESYSTEM
   */
  async start(options: WaitOptions = {}): Promise<void> {
    await makePrivateFolder(this.datadir);
    if ((await readIfThere(this.configFile)) === undefined) await this.#writePort(await freePort());
    await this.load();
    for (let tries = 1; ; tries++) {
      await this.daemon.start();
      try {
        await this.daemon.waitReady(options);
        return;
      } catch (error) {
        const portTaken = error instanceof LnPlayError && error.details.some((line) => PORT_TAKEN.test(line));
        if (!portTaken || tries === PORT_TRIES) throw error;
        await this.#writePort(await freePort());
      }
    }
  }

  /** Closes its connections to bitcoind; bitcoind goes on. */
  close(): void {
    this.#rpc?.close();
  }

  async #writePort(port: number): Promise<void> {
    const text = await readIfThere(this.configFile);
    const file = new ConfigFile(text ?? config(port));
    file.set('rpcport', String(port));
    await writeWhole(this.configFile, file.toString());
    this.#usePort(port);
  }

  #usePort(port: number): void {
    if (this.#rpcPort === port && this.#rpc) return;
    this.#rpc?.close();
    this.#rpcPort = port;
    const cookieFile = join(this.datadir, 'regtest', '.cookie');
    this.#rpc = new BitcoindRpc({ host: '127.0.0.1', port, auth: { cookieFile } });
  }

  async #ready(): Promise<Probe<void>> {
    try {
      await this.rpc.call('getblockchaininfo');
      return { done: undefined };
    } catch (error) {
      const starting = error instanceof BitcoinRpcError && error.rpcCode === RPC_IN_WARMUP;
      if (starting || (error instanceof LnPlayError && error.code === 'CONNECTION')) return { seen: error.message };
      throw error;
    }
  }
}
