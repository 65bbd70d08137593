const HEAD_END = '\r\n\r\n';

/**
 * Cuts a byte stream into its HTTP messages, as bitcoind and its clients write them: each has a head, and a body of the
 * length that it says.
 */
export class HttpFramer {
  #pieces: Buffer[] = [];
  #size = 0;
  /** From which size on there may be more than there was: a whole head, then a whole message. */
  #wanted = 0;

  /** Takes the next bytes and returns each message that they complete. */
  *push(chunk: Buffer): Generator<Buffer> {
    this.#pieces.push(chunk);
    this.#size += chunk.length;
    while (this.#size > 0 && this.#size >= this.#wanted) {
      const bytes = Buffer.concat(this.#pieces);
      this.#pieces = [bytes];
      const head = bytes.indexOf(HEAD_END);
      if (head < 0) return;
      const length = /^content-length: *(\d+)/im.exec(bytes.toString('latin1', 0, head))?.[1] ?? '0';
      this.#wanted = head + HEAD_END.length + Number(length);
      if (bytes.length < this.#wanted) return;
      this.#pieces = [bytes.subarray(this.#wanted)];
      this.#size -= this.#wanted;
      const message = bytes.subarray(0, this.#wanted);
      this.#wanted = 0;
      yield message;
    }
  }
}
