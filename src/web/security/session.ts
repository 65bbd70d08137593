import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { z } from 'zod';
import { makePrivateFolder, readIfThere, writeWhole } from '../../core/files.js';
import { dirname } from 'node:path';

/** How long a token is good for, in ms; and how many may wait for their visit at once. */
const TOKEN_MS = 15 * 60_000;
const MOST_TOKENS = 100;

const Kept = z.object({
  id: z.string().regex(/^[0-9a-f]{8}$/),
  secret: z.string().regex(/^[0-9a-f]{64}$/),
  port: z.number().int().min(1).max(65_535).nullable(),
});

/**
 * What a browser has to show, and the tokens by which it gets that. It is kept in a file of its owner's alone, so that a page
 * that is open goes on when the server comes back.
 */
export class Session {
  readonly #file: string;
  readonly #kept: z.infer<typeof Kept>;
  /** When each ends, in ms since 1970; by its hash, the oldest first. */
  readonly #tokens = new Map<string, number>();

  private constructor(file: string, kept: z.infer<typeof Kept>) {
    this.#file = file;
    this.#kept = kept;
  }

  /** The one that is kept in a file; a new one where there is none, or somebody else could have read or written it. */
  static async open(file: string): Promise<Session> {
    const kept = (await isOursAlone(file)) ? Kept.safeParse(parsed(await readIfThere(file))).data : undefined;
    if (kept) return new Session(file, kept);
    await makePrivateFolder(dirname(file));
    const fresh = { id: randomBytes(4).toString('hex'), secret: randomBytes(32).toString('hex'), port: null };
    const session = new Session(file, fresh);
    await session.#write();
    return session;
  }

  /** The port of the server before; undefined if there was none. */
  get port(): number | undefined {
    return this.#kept.port ?? undefined;
  }

  async keepPort(port: number): Promise<void> {
    if (this.#kept.port === port) return;
    this.#kept.port = port;
    await this.#write();
  }

  /** A cookie belongs to a host with all its ports, so each playground has a name for its own. */
  get cookieName(): string {
    return `ln-play-${this.#kept.id}`;
  }

  get cookie(): string {
    return this.#kept.secret;
  }

  /** Whether a browser has shown the right thing. */
  isCookie(value: string | undefined): boolean {
    return value !== undefined && timingSafeEqual(sha256(value), sha256(this.#kept.secret));
  }

  /** A token that is good for one visit. */
  issue(): string {
    const token = randomBytes(16).toString('base64url');
    const [oldest] = this.#tokens.keys();
    if (this.#tokens.size >= MOST_TOKENS) this.#tokens.delete(oldest!);
    this.#tokens.set(sha256(token).toString('hex'), Date.now() + TOKEN_MS);
    return token;
  }

  /** Takes a token in. @returns whether it was good */
  redeem(token: string): boolean {
    const key = sha256(token).toString('hex');
    const ends = this.#tokens.get(key);
    this.#tokens.delete(key);
    return ends !== undefined && Date.now() < ends;
  }

  async #write(): Promise<void> {
    await writeWhole(this.#file, `${JSON.stringify(this.#kept)}\n`, 0o600);
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

async function isOursAlone(file: string): Promise<boolean> {
  return await lstat(file).then(
    (stats) => stats.isFile() && (stats.mode & 0o077) === 0 && stats.uid === process.getuid?.(),
    () => false,
  );
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
