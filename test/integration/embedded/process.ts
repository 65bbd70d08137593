import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../../src/core/wait.js';
import { Bitcoind } from '../../../src/daemons/bitcoind.js';
import { LightningSocket } from '../../../src/rpc/lightning-socket.js';

const PROGRAM = fileURLToPath(new URL('../../../bin/ln-play-lightningd.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A bitcoind with one block, so that a node has a chain to look at. */
export async function startBitcoind(folder: string): Promise<Bitcoind> {
  const bitcoind = new Bitcoind(join(folder, 'bitcoind'), { command: process.env['BITCOIND_EXE']!, args: [] });
  await bitcoind.prepare();
  await bitcoind.start();
  await bitcoind.rpc.call('generatetoaddress', [1, 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080']);
  return bitcoind;
}

/** Our lightningd as a program, started with the arguments that a test gives it and nothing else. */
export class EmbeddedProcess {
  readonly lightningDir: string;
  readonly rpc: LightningSocket;
  readonly exited: Promise<Ended>;
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  #ended: Ended | undefined;

  constructor(lightningDir: string, args: readonly string[] = []) {
    this.lightningDir = lightningDir;
    this.rpc = new LightningSocket(join(lightningDir, 'regtest/lightning-rpc'), 'embedded');
    this.child = spawn(process.execPath, [PROGRAM, `--lightning-dir=${lightningDir}`, ...args], { stdio: 'pipe' });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exited = new Promise((resolve) =>
      this.child.once('close', (code, signal) => {
        this.#ended = { code, signal };
        resolve(this.#ended);
      }),
    );
  }

  /** Waits until it says that it has started. */
  async ready(): Promise<this> {
    await waitFor(
      'the embedded lightningd to start',
      async () => {
        if (this.#ended) throw new Error(`it ended with ${JSON.stringify(this.#ended)}: ${this.stdout}${this.stderr}`);
        const started = this.stdout.includes('Server started with public key');
        return await Promise.resolve(started ? { done: undefined } : { seen: this.stdout.slice(-300) });
      },
      { timeoutMs: 60_000 },
    );
    return this;
  }

  /** Waits for a line in what it prints. */
  async saw(pattern: RegExp | string): Promise<void> {
    await waitFor(`the log to have ${pattern}`, async () => {
      const there = typeof pattern === 'string' ? this.stdout.includes(pattern) : pattern.test(this.stdout);
      return await Promise.resolve(there ? { done: undefined } : { seen: this.stdout.slice(-500) });
    });
  }

  async stop(): Promise<Ended> {
    this.rpc.close();
    if (!this.#ended) this.child.kill('SIGTERM');
    return await this.exited;
  }
}

/** A lightning-dir with a config that leads to that bitcoind. */
export async function prepareDir(
  folder: string,
  bitcoind: Pick<Bitcoind, 'datadir' | 'rpcPort'>,
  more = '',
): Promise<string> {
  await mkdir(join(folder, 'regtest'), { recursive: true });
  const lines = ['network=regtest', 'log-level=debug', `bitcoin-datadir=${bitcoind.datadir}`];
  await writeFile(join(folder, 'config'), [...lines, `bitcoin-rpcport=${bitcoind.rpcPort}`, more, ''].join('\n'));
  return folder;
}
