import { open, stat, type FileHandle } from 'node:fs/promises';
import { systemCode } from '../../core/errors.js';
import { tailFile } from '../../daemons/log-tail.js';
import { written, type Source } from '../events/event-stream.js';
import { logLine } from './log-line.js';

/** How many lines come first, how often a file is looked at, in ms. */
const FIRST_LINES = 500;
const LOOK_MS = 100;
/** How much is read and sent at once, and how far a reader may stay behind, in bytes: what is older is left out. */
const CHUNK = 64 * 1024;
const MOST_BEHIND = 1024 * 1024;

/**
 * A log from some lines before its end on. Nothing is kept of it: each piece is read from the file when the reader has taken
 * the one before. One who stays far behind is told how many lines were left out.
 */
export class LogSource implements Source {
  readonly #file: string;
  #position = 0;
  #inode: number | undefined;
  #rest = '';
  #decoder = new TextDecoder();
  #hasBegun = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  async next(): Promise<string> {
    if (!this.#hasBegun) return await this.#first();
    let handle: FileHandle;
    try {
      handle = await open(this.#file, 'r');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return ''; // not there yet, or just being replaced
      throw error;
    }
    try {
      const { size, ino } = await handle.stat();
      if (size < this.#position || (this.#inode !== undefined && ino !== this.#inode)) this.#beginAt(0);
      this.#inode = ino;
      const dropped = size - this.#position > MOST_BEHIND ? await this.#skip(handle, size - CHUNK) : '';
      return dropped + linesText(this.#lines(await this.#read(handle, size)));
    } finally {
      await handle.close();
    }
  }

  more(): Promise<void> {
    return new Promise((resolve) => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(resolve, LOOK_MS).unref();
    });
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  async #first(): Promise<string> {
    this.#hasBegun = true;
    const size = await stat(this.#file).then(
      (stats) => stats.size,
      () => 0,
    );
    const lines = await tailFile(this.#file, FIRST_LINES);
    this.#beginAt(size);
    return linesText(lines);
  }

  #beginAt(position: number): void {
    this.#position = position;
    this.#rest = '';
    this.#decoder = new TextDecoder();
  }

  async #read(handle: FileHandle, size: number): Promise<string> {
    const bytes = Buffer.alloc(Math.min(CHUNK, size - this.#position));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, this.#position);
    this.#position += bytesRead;
    return this.#decoder.decode(bytes.subarray(0, bytesRead), { stream: true });
  }

  /** Goes on at a line behind `to`. */
  async #skip(handle: FileHandle, to: number): Promise<string> {
    let lines = this.#rest === '' ? 0 : 1;
    while (this.#position < to) lines += (await this.#read(handle, to)).split('\n').length - 1;
    const text = await this.#read(handle, Infinity);
    const cut = text.indexOf('\n') + 1;
    this.#beginAt(this.#position);
    this.#rest = text.slice(cut);
    return written('dropped', JSON.stringify({ lines: lines + 1 }));
  }

  /** The whole lines of it. */
  #lines(text: string): string[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    return lines;
  }
}

const linesText = (lines: readonly string[]): string =>
  lines.map((line) => written('line', JSON.stringify(logLine(line)))).join('');
