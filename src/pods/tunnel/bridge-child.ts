import type { Duplex } from 'node:stream';
import type { Command } from '../../process/daemon-process.js';
import { startStream } from '../../process/stream-child.js';
import { HELLO } from './bridge.js';

export interface BridgeEvents {
  /** It is in its pod. */
  readonly onHello: () => void;
  readonly onData: (chunk: Buffer) => void;
  /** It has ended; `said` is why, where it says. */
  readonly onEnd: (said: string) => void;
}

/** How long one may take to get into its pod, in ms; and to end once it is told. */
const HELLO_MS = 30_000;
const END_MS = 2_000;

const all = new Set<() => void>();
process.on('exit', () => {
  for (const kill of all) kill();
});

/** A command in a pod whose standard input and output are a connection to its daemon. */
export class BridgeChild {
  readonly #stream: Duplex;
  readonly #kill: () => void;

  constructor(command: Command, { onHello, onData, onEnd }: BridgeEvents) {
    const { stream, ended, kill } = startStream(command);
    this.#stream = stream;
    this.#kill = kill;
    all.add(kill);
    let isIn = false;
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      kill();
    }, HELLO_MS);
    stream.on('data', (chunk: Buffer) => {
      if (isIn) return onData(chunk);
      isIn = true;
      clearTimeout(late);
      onHello();
      const rest = chunk.subarray(HELLO.length);
      if (rest.length > 0) onData(rest);
    });
    void (async () => {
      const { said } = await ended;
      clearTimeout(late);
      all.delete(kill);
      onEnd(isLate ? `${command.command} exec did not get into its pod within ${HELLO_MS / 1_000} s` : said);
    })();
  }

  write(data: Buffer | string): boolean {
    return this.#stream.write(data);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  onceDrained(then: () => void): void {
    this.#stream.once('drain', then);
  }

  end(): void {
    this.#stream.end();
    setTimeout(this.#kill, END_MS).unref();
  }
}
