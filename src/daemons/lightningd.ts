import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigFile } from '../core/config-file.js';
import { LnPlayError, systemCode } from '../core/errors.js';
import { fileError, makePrivateFolder, readIfThere, writeWhole } from '../core/files.js';
import type { Probe, WaitOptions } from '../core/wait.js';
import type { Command } from '../process/daemon-process.js';
import { assertSocketPath } from '../process/sockets.js';
import { LightningSocket } from '../rpc/lightning-socket.js';
import { Daemon } from './daemon.js';
import { rpcSocketOf } from './lightning-dir.js';
import { removeStillbornDatabase } from './stillborn.js';

/** Which lightningd a program is: Core Lightning's own, or the one that ln-play brings along. */
export type Implementation = 'cln' | 'embedded';

export interface LightningdExecutable extends Command {
  readonly implementation: Implementation;
}

/** What the config of a new node says. */
export interface LightningdConfig {
  readonly alias: string;
  /** Six hex digits. */
  readonly rgb: string;
  /** `<lightning-dir>/peer` or `127.0.0.1:PORT`. */
  readonly bindAddr: string;
  readonly bitcoinDatadir: string;
  readonly bitcoinRpcPort: number;
  readonly bitcoinCli: string | undefined;
  /** The plugin that a Core Lightning has in place of bcli; see bitcoin-backend. */
  readonly bitcoinBackend: string;
}

/** What makes each kind quick, as lines of its config. */
const QUICK: { readonly [I in Implementation]: (config: LightningdConfig) => string } = {
  cln: ({
    bitcoinBackend,
  }) => `# quick: a block is seen when it is mined, not at the next poll in 30 s; without these four lines
# lightningd polls as it always does (dev-bitcoind-poll=1: each second, its floor with bcli)
developer
dev-bitcoind-poll=0
disable-plugin=bcli
important-plugin=${bitcoinBackend}
`,
  embedded: () => `developer
`,
};

/** The talk's config, and below it what makes a playground quick (lightningd-config(5)). */
const configText = (
  dir: string,
  config: LightningdConfig,
  implementation: Implementation,
): string => `# ${config.alias} of an ln-play playground; edit it, then: ln-play restart ${config.alias}
network=regtest
log-level=debug
log-file=${join(dir, 'log')}
alias=${config.alias}
rgb=${config.rgb}
allow-deprecated-apis=false
bind-addr=${config.bindAddr}

# our bitcoind
bitcoin-datadir=${config.bitcoinDatadir}
bitcoin-rpcport=${config.bitcoinRpcPort}
${config.bitcoinCli === undefined ? '' : `bitcoin-cli=${config.bitcoinCli}\n`}
${QUICK[implementation](config)}# gossip at once; regtest has no fee estimates, so take what a peer proposes
dev-fast-gossip
# look back no further than a playground reorganises its chain
rescan=6
ignore-fee-limits=true
`;

/** A lightningd on regtest with a lightning-dir of its own. Core Lightning's and ours are the same from here on up. */
export class Lightningd {
  readonly name: string;
  readonly lightningDir: string;
  readonly executable: LightningdExecutable;
  readonly rpc: LightningSocket;
  readonly logFile: string;
  readonly daemon: Daemon;

  constructor(name: string, lightningDir: string, executable: LightningdExecutable) {
    this.name = name;
    this.lightningDir = lightningDir;
    this.executable = executable;
    this.rpc = new LightningSocket(rpcSocketOf(lightningDir), name);
    this.logFile = join(lightningDir, 'log');
    // --lightning-dir would not do: lightning-cli has it too, and must never be taken for the daemon
    const marker = `--pid-file=${join(lightningDir, 'lightningd-regtest.pid')}`;
    this.daemon = new Daemon({
      name,
      command: { command: executable.command, args: [...executable.args, `--lightning-dir=${lightningDir}`, marker] },
      marker,
      cwd: lightningDir,
      logFile: this.logFile,
      outputFile: join(lightningDir, 'output.log'),
      ready: () => this.#ready(),
      requestStop: () => this.rpc.call('stop'),
    });
  }

  get configFile(): string {
    return join(this.lightningDir, 'config');
  }

  /**
   * Writes what a new node needs before its first start: its folders, config and key. What is there already stays.
   *
   * @param hsmSecret 32 bytes; a node without one makes its own random one
   * @throws {LnPlayError} FILESYSTEM, also where a socket's path would be too long
   */
  async prepare(config: LightningdConfig, hsmSecret: Uint8Array | undefined): Promise<void> {
    assertSocketPath(this.rpc.path);
    if (config.bindAddr.startsWith('/')) assertSocketPath(config.bindAddr);
    await makePrivateFolder(join(this.lightningDir, 'regtest'));
    if ((await readIfThere(this.configFile)) === undefined)
      await writeWhole(this.configFile, configText(this.lightningDir, config, this.executable.implementation));
    const secretFile = join(this.lightningDir, 'regtest', 'hsm_secret');
    if (hsmSecret && (await readIfThere(secretFile)) === undefined) await writeWhole(secretFile, hsmSecret, 0o400);
  }

  /**
   * Sets options in its config file, keeping all else; they count from its next start on.
   *
   * @returns what puts the file back as it was
   */
  async configure(options: { readonly [key: string]: string | undefined }): Promise<() => Promise<void>> {
    const text = (await readIfThere(this.configFile)) ?? '';
    const file = new ConfigFile(text);
    for (const [key, value] of Object.entries(options)) if (file.get(key) !== (value ?? '')) file.set(key, value);
    if (file.toString() === text) return async () => {};
    await writeWhole(this.configFile, file.toString());
    return () => writeWhole(this.configFile, text);
  }

  /** What its config file has for an option: '' for a flag, undefined where it is not set. */
  async configured(key: string): Promise<string | undefined> {
    return new ConfigFile((await readIfThere(this.configFile)) ?? '').get(key);
  }

  /**
   * Starts it; `waitReady` then waits until it is of use.
   *
   * @param debug a subdaemon that is to stop at its start and wait for a debugger (`--dev-debugger`)
   */
  async start(debug?: string): Promise<void> {
    try {
      await mkdir(this.lightningDir, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw fileError('make', this.lightningDir, cause);
    }
    await removeStillbornDatabase(join(this.lightningDir, 'regtest'), this.logFile);
    // lightningd runs $DEBUG_TERM to open a terminal with gdb in it; ours is opened by whoever wants to
    await this.daemon.start(
      debug === undefined ? {} : { args: [`--dev-debugger=${debug}`], env: { DEBUG_TERM: 'true' } },
    );
  }

  /**
   * Waits until `getinfo` answers without a warning that it still catches up with the chain.
   *
   * @throws {LnPlayError} DAEMON when it dies; TIMEOUT
   */
  async waitReady(options: WaitOptions = {}): Promise<void> {
    await this.daemon.waitReady(options);
  }

  async #ready(): Promise<Probe<void>> {
    try {
      const info = await this.rpc.call('getinfo');
      const warning = info.warning_bitcoind_sync ?? info.warning_lightningd_sync;
      return warning === undefined ? { done: undefined } : { seen: warning };
    } catch (error) {
      if (error instanceof LnPlayError && error.code === 'CONNECTION') return { seen: error.message };
      if (systemCode(error) !== undefined) return { seen: String(error) };
      throw error;
    }
  }
}
