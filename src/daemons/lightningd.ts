import type { Implementation } from './implementation.js';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ConfigFile } from '../core/config-file.js';
import { LnPlayError, systemCode } from '../core/errors.js';
import { fileError, isThere, makePrivateFolder, readIfThere, writeWhole } from '../core/files.js';
import type { Probe } from '../core/wait.js';
import { certificatesAside } from '../core/certificates.js';
import { SMALL_HEAP_ENV } from '../core/small-heap.js';
import { shellWord } from '../core/shell.js';
import type { Command } from '../process/daemon-process.js';
import { freePort, isPortFree } from '../process/ports.js';
import { assertSocketPath } from '../process/sockets.js';
import { LightningSocket } from '../rpc/lightning-socket.js';
import { Daemon, type ReadyOptions } from './daemon.js';
import { rpcSocketOf } from './lightning-dir.js';
import {
  lightningdSettings,
  ownSettingsOf,
  type LightningdConfig,
  type LightningdPlace,
} from './lightningd-settings.js';
import { pendingPlugins } from './pending-plugins.js';
import { formatSettings, rebase, type Setting } from './settings.js';
import { removeStillbornDatabase } from './stillborn.js';

export interface LightningdExecutable extends Command {
  readonly implementation: Implementation;
  /** The host name of the pod that it runs in. */
  readonly pod?: string | undefined;
}

/** How long it may be silent before we look what holds it up, and how often we look then, in ms. */
const PATIENCE_MS = 3_000;
const LOOK_MS = 1_000;

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
      command: { ...executable, args: [...executable.args, `--lightning-dir=${lightningDir}`, marker] },
      marker,
      cwd: lightningDir,
      ...(executable.implementation === 'embedded' && {
        env: { ...SMALL_HEAP_ENV, ...certificatesAside(process.env) },
      }),
      logFile: this.logFile,
      outputFile: join(lightningDir, 'output.log'),
      ready: () => this.#ready(),
      requestStop: () => this.rpc.call('stop'),
      isPart: ({ args }) => basename(args[0] ?? '').startsWith('lightning_'),
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
  async prepare(
    config: LightningdConfig,
    place: Omit<LightningdPlace, 'lightningDir'>,
    hsmSecret: Uint8Array | undefined,
  ): Promise<void> {
    const { lightningDir, executable, configFile } = this;
    assertSocketPath(this.rpc.path);
    if (place.bindAddr.startsWith('/')) assertSocketPath(place.bindAddr);
    await makePrivateFolder(join(lightningDir, 'regtest'));
    if ((await readIfThere(configFile)) === undefined) {
      const settings = lightningdSettings(executable.implementation, config, { ...place, lightningDir });
      const heading = `${this.name} of an ln-play playground; edit it, then: ln-play restart ${this.name}`;
      await writeWhole(configFile, formatSettings(heading, settings));
    }
    const secretFile = join(lightningDir, 'regtest', 'hsm_secret');
    if (hsmSecret && (await readIfThere(secretFile)) === undefined) await writeWhole(secretFile, hsmSecret, 0o400);
  }

  /**
   * Sets options in its config file, keeping all else; they count from its next start on.
   *
   * @param plugins paths of plugins to start with it, besides those that it has
   * @param without options and plugins that are to be no more
   * @returns what puts the file back as it was
   */
  async configure(
    options: readonly Setting[],
    plugins: readonly string[] = [],
    without: { readonly options: readonly string[]; readonly plugins: readonly string[] } = {
      options: [],
      plugins: [],
    },
  ): Promise<() => Promise<void>> {
    return await this.#edit((file) => {
      for (const key of without.options) file.remove(key);
      for (const plugin of without.plugins) file.remove('plugin', plugin);
      for (const { key, value } of options) if (file.get(key) !== (value ?? '')) file.set(key, value);
      for (const plugin of plugins) file.include('plugin', plugin);
    });
  }

  /**
   * Makes its config name what it names in the folder `from` in the folder `to`: the playground was copied or moved. Its
   * database has its peers' addresses, at which the other copy's nodes may listen, with the same ids: it does not look for
   * them by itself any more. Nor does it take the TCP port that may still be the other's.
   *
   * @param isCopy the other one is there still
   */
  async rebase(from: string, to: string, { isCopy = false } = {}): Promise<void> {
    const port = /^127\.0\.0\.1:(\d+)$/.exec((await this.configured('bind-addr')) ?? '')?.[1];
    const isTaken = port !== undefined && (isCopy || !(await isPortFree(Number(port))));
    const bindAddr = isTaken ? `127.0.0.1:${await freePort()}` : undefined;
    await this.#edit((file) => {
      rebase(file, from, to);
      if (bindAddr !== undefined) file.set('bind-addr', bindAddr);
      if (file.get('developer') !== undefined) file.set('dev-no-reconnect', undefined);
    });
  }

  async #edit(change: (file: ConfigFile) => void): Promise<() => Promise<void>> {
    const text = (await readIfThere(this.configFile)) ?? '';
    const file = new ConfigFile(text);
    change(file);
    if (file.toString() === text) return async () => {};
    await writeWhole(this.configFile, file.toString());
    return () => writeWhole(this.configFile, text);
  }

  /** What its config file has for an option: '' for a flag, undefined if it is not set. */
  async configured(key: string): Promise<string | undefined> {
    return new ConfigFile((await readIfThere(this.configFile)) ?? '').get(key);
  }

  /** What its config file has that a new node's has not. */
  async ownSettings(): Promise<{ readonly options: readonly Setting[]; readonly plugins: readonly string[] }> {
    return ownSettingsOf(new ConfigFile((await readIfThere(this.configFile)) ?? ''), this.executable.implementation);
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
   * @throws {LnPlayError} DAEMON when it dies; TIMEOUT, naming the plugins that it waits for
   */
  async waitReady({ onHeldUp, ...options }: ReadyOptions = {}): Promise<void> {
    let pending: string[] = [];
    let lookAt = performance.now() + PATIENCE_MS;
    let over: (() => void) | undefined;
    const look = async (): Promise<void> => {
      lookAt = performance.now() + LOOK_MS;
      pending = await pendingPlugins(this.daemon.pid ?? 0, this.logFile);
      if (pending.length > 0) over ??= onHeldUp?.(waitsFor(this.name, pending));
    };
    try {
      const probe = async (): Promise<Probe<void>> => {
        const state = await this.#ready();
        if ('seen' in state && performance.now() >= lookAt) await look();
        return state;
      };
      await this.daemon.waitFor(`${this.name} to be ready`, probe, options);
    } catch (error) {
      throw error instanceof LnPlayError && error.code === 'TIMEOUT' ? this.#notReady(error, pending) : error;
    } finally {
      over?.();
    }
  }

  /** Which plugins it waits for, as people say it; undefined if it doesn't, or that can't be told. */
  async heldUpBy(): Promise<string | undefined> {
    const pending = await pendingPlugins(this.daemon.pid ?? 0, this.logFile);
    return pending.length === 0 ? undefined : waitsFor(this.name, pending);
  }

  #notReady(error: LnPlayError, [plugin, ...others]: readonly string[]): LnPlayError {
    if (plugin === undefined)
      return new LnPlayError('TIMEOUT', error.message, {
        details: error.details,
        hint: `see its log with \`ln-play logs ${this.name}\`, or give it longer with --timeout`,
        cause: error,
      });
    return new LnPlayError('TIMEOUT', `${error.message}: ${waitsFor(this.name, [plugin, ...others])}`, {
      details: [plugin, ...others],
      hint: `see what it does by itself: ln-play plugin check ${shellWord(plugin)}; or take it out of ${this.configFile}, then: ln-play restart ${this.name}`,
      cause: error,
    });
  }

  async #ready(): Promise<Probe<void>> {
    // a connection that fails takes ten times as long, and this is asked some fifty times
    if (!(await isThere(this.rpc.path))) return { seen: `${this.rpc.path} is not there yet` };
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

const waitsFor = (name: string, [plugin = '', ...others]: readonly string[]): string =>
  others.length === 0
    ? `${name} waits for its plugin ${basename(plugin)} to answer getmanifest`
    : `${name} waits for one of its plugins to answer getmanifest: ${[plugin, ...others].map((path) => basename(path)).join(', ')}`;
