import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '../../../src/core/wait.js';
import type { Bitcoind } from '../../../src/daemons/bitcoind.js';
import { findLightningd } from '../../../src/daemons/executables/find.js';
import { LightningSocket } from '../../../src/rpc/lightning-socket.js';

const { executable } = await findLightningd();
/** Core Lightning's lightningd, where there is one. */
export const lightningd = executable.implementation === 'cln' ? executable.command : undefined;
/** For the title of what needs it: why it is passed over, if it is. */
export const whyNotCln = lightningd ? '' : ' (skipped: no lightningd in LIGHTNINGD_EXE or on PATH)';

/** Core Lightning's lightningd, as one that an embedded node meets. */
export class ClnProcess {
  readonly rpc: LightningSocket;
  readonly peerSocket: string;
  readonly #args: readonly string[];
  readonly #command: string;
  readonly lightningDir: string;
  #child: ChildProcess | undefined;

  /** @param port a TCP port that is free */
  constructor(command: string, dir: string, bitcoind: Bitcoind, port: number) {
    this.#command = command;
    this.lightningDir = dir;
    this.peerSocket = join(dir, 'peer');
    this.rpc = new LightningSocket(join(dir, 'regtest/lightning-rpc'), 'cln');
    this.#args = [
      `--lightning-dir=${dir}`,
      '--network=regtest',
      `--log-file=${join(dir, 'log')}`,
      '--log-level=debug',
      `--bind-addr=${this.peerSocket}`,
      `--bind-addr=127.0.0.1:${port}`,
      '--developer',
      '--dev-bitcoind-poll=1',
      '--dev-fast-gossip',
      '--dev-fast-reconnect',
      `--bitcoin-datadir=${bitcoind.datadir}`,
      `--bitcoin-rpcport=${bitcoind.rpcPort}`,
      `--bitcoin-cli=${process.env['BITCOIND_EXE']!.replace(/bitcoind$/, 'bitcoin-cli')}`,
      '--disable-plugin=cln-grpc',
      '--disable-plugin=clnrest',
    ];
  }

  /** Starts it and waits until it knows the chain. */
  async start(): Promise<void> {
    await mkdir(this.lightningDir, { recursive: true });
    const child = spawn(this.#command, this.#args, { stdio: 'ignore' });
    this.#child = child;
    await waitFor('lightningd to be ready', async () => {
      if (child.exitCode !== null)
        throw new Error(`lightningd exited with ${child.exitCode}: see ${this.lightningDir}/log`);
      try {
        const info = await this.rpc.call('getinfo');
        const behind = info.warning_bitcoind_sync ?? info.warning_lightningd_sync;
        return behind === undefined ? { done: undefined } : { seen: behind };
      } catch {
        return { seen: 'no answer' }; // its socket is not there yet
      }
    });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await this.rpc.call('stop');
    this.rpc.close();
    await exited;
  }
}
