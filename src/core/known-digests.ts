import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { LnPlayError } from './errors.js';
import { readIfThere, writeWhole } from './files.js';

/** SHA-256 of a file, in hex. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Digests of files, kept in a file of their own for as long as each is the same by its inode, size and times. */
export class KnownDigests {
  readonly #file: string;
  #known: Promise<{ [identity: string]: string }> | undefined;
  #used: { [identity: string]: string } = {};
  #isNew = false;

  constructor(file: string) {
    this.#file = file;
  }

  /** As `digestOf`. */
  async of(path: string): Promise<string> {
    const { ino, dev, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    const identity = [dev, ino, size, mtimeNs, ctimeNs].join(':');
    this.#known ??= this.#read();
    const known = (await this.#known)[identity];
    if (known === undefined) this.#isNew = true;
    return (this.#used[identity] = known ?? (await digestOf(path)));
  }

  /** Keeps what was asked for by now; where that can't be written, it is read again the next time. */
  async save(): Promise<void> {
    if (!this.#isNew) return;
    this.#isNew = false;
    await writeWhole(this.#file, JSON.stringify({ ...(await this.#known), ...this.#used })).catch((error: unknown) => {
      if (!(error instanceof LnPlayError)) throw error;
    });
  }

  async #read(): Promise<{ [identity: string]: string }> {
    try {
      return JSON.parse((await readIfThere(this.#file)) ?? '{}') as { [identity: string]: string };
    } catch {
      return {}; // it is made anew
    }
  }
}
