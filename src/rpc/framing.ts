/** Thrown by the framer when what comes in cannot be JSON; `text` is the start of what was not. */
export class NotJsonError extends Error {
  readonly text: string;
  constructor(text: string) {
    super(`not JSON: ${JSON.stringify(text.slice(0, 200))}`);
    this.name = 'NotJsonError';
    this.text = text;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Cuts a byte stream into its JSON objects and arrays, however the bytes are split or joined: half a message, three in
 * one piece, several megabytes. Each byte is looked at once.
 */
export class JsonFramer {
  #pieces: Buffer[] = [];
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** Whether the stream stands in the middle of a message. */
  get partial(): boolean {
    return this.#depth > 0;
  }

  /** What has come of a message that is not complete. */
  get pending(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }

  /**
   * Takes the next bytes and returns the text of each message that they complete.
   *
   * @throws {NotJsonError} at a byte outside of a message that does not begin one; the framer is of no use afterwards
   */
  *push(chunk: Buffer): Generator<string> {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      if (this.#inString) {
        i = this.#endOfString(chunk, i);
        continue;
      }
      const byte = chunk[i]!;
      if (byte === QUOTE && this.#depth > 0) this.#inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        if (this.#depth++ === 0) start = i;
      } else if (this.#depth === 0) {
        if (!SPACE.has(byte)) throw new NotJsonError(chunk.toString('utf8', i));
      } else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --this.#depth === 0) {
        this.#pieces.push(chunk.subarray(start, i + 1));
        const text = this.pending;
        this.#pieces = [];
        yield text;
      }
    }
    if (this.#depth > 0) this.#pieces.push(chunk.subarray(start));
  }

  /** Where the string ends that `from` is in, or the chunk's end. */
  #endOfString(chunk: Buffer, from: number): number {
    let escaped = this.#escaped;
    let i = from;
    for (; i < chunk.length; i++) {
      const byte = chunk[i];
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        break;
      }
    }
    this.#escaped = escaped;
    return i;
  }
}
