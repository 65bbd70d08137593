import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { LnPlayError, messageOf } from '../../core/errors.js';
import type { Reason, Waiting } from '../held-process.js';
import { processIdentity } from '../identity.js';
import { socketOf, writeList, type KeptEntry } from './list.js';

/** What whoever keeps something is told, and tells. */
export interface Kept {
  /** Has it end in order. Rejects if that fails. */
  stop(): Promise<void>;
  /** Lets go of it as it is. */
  drop(): void;
}

export interface Tell {
  /** What it waits for before it can be of use; undefined once that is there. */
  waitsFor(what: Waiting | undefined): void;
  /** It has ended without being asked to. */
  ended(why: unknown): void;
  /** It has ended as it was asked to by somebody else. */
  left(): void;
}

export type Keep = (args: readonly string[], tell: Tell) => Kept;

/** What is asked of a keeper: a line of JSON each, answered by one, `{}` when it is done. */
export type KeeperRequest =
  | { readonly start: { readonly marker: string; readonly args: readonly string[] } }
  | { readonly stop: string; readonly inOrder: boolean };
export type KeeperReply = { readonly life?: string; readonly error?: string };

/** How long it waits for the first that it is to keep, in ms. */
const PATIENCE_MS = 30_000;

/**
 * Keeps what it is asked to start, and ends when there is nothing left to keep. Standard output is its log.
 *
 * @param folder in which it can be asked, and what it keeps can be seen
 */
export async function serveKeeper(folder: string, keep: Keep): Promise<void> {
  const keeper = processIdentity(process.pid)!;
  const all = new Map<string, { entry: KeptEntry; kept: Kept | undefined }>();
  let count = 0;
  let writing: NodeJS.Immediate | undefined;
  const write = (): void => {
    clearImmediate(writing);
    writing = undefined;
    writeList(folder, { keeper, kept: Array.from(all.values(), ({ entry }) => entry) });
  };
  const change = (): void => {
    writing ??= setImmediate(write);
  };
  const endIfEmpty = (): void => {
    if (Array.from(all.values()).some(({ kept }) => kept !== undefined)) return;
    write();
    rmSync(socketOf(folder), { force: true });
    process.exit(0);
  };
  const patience = setTimeout(endIfEmpty, PATIENCE_MS);

  const start = (marker: string, args: readonly string[]): KeeperReply => {
    const life = `${keeper.pid}-${++count}`;
    const update = (more: Partial<KeptEntry>): void => {
      const now = all.get(marker);
      if (now?.entry.life !== life) return; // it has been started again
      now.entry = { ...now.entry, ...more };
      change();
    };
    clearTimeout(patience);
    all.get(marker)?.kept?.drop();
    const row: { entry: KeptEntry; kept: Kept | undefined } = { entry: { marker, life }, kept: undefined };
    all.set(marker, row);
    const leave = (): void => {
      if (all.get(marker) === row) all.delete(marker);
      change();
    };
    row.kept = keep(args, {
      left: () => {
        leave();
        write();
        endIfEmpty();
      },
      waitsFor: (waitsFor) => {
        if (!isDeepStrictEqual(row.entry.waitsFor, waitsFor)) update({ waitsFor });
      },
      ended: (why) => {
        process.stdout.write(`${marker}: ${messageOf(why)}\n`);
        update({ ended: reasonOf(why), waitsFor: undefined });
        row.kept = undefined;
        endIfEmpty();
      },
    });
    write();
    return { life };
  };

  const stop = async (marker: string, inOrder: boolean): Promise<KeeperReply> => {
    const row = all.get(marker);
    if (!row?.kept) return {};
    if (inOrder) await row.kept.stop();
    else row.kept.drop();
    if (all.get(marker) === row) all.delete(marker);
    change();
    return {};
  };

  const answer = async (line: string): Promise<KeeperReply> => {
    try {
      const request = JSON.parse(line) as KeeperRequest;
      return 'start' in request
        ? start(request.start.marker, request.start.args)
        : await stop(request.stop, request.inOrder);
    } catch (error) {
      return { error: messageOf(error) };
    }
  };
  const serve = (socket: Socket): void => {
    socket.on('error', () => {}); // whoever asked has gone
    createInterface(socket).on('line', (line) => {
      void (async () => {
        const reply = await answer(line);
        if (writing) write();
        socket.end(`${JSON.stringify(reply)}\n`, () => endIfEmpty());
      })();
    });
  };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  rmSync(socketOf(folder), { force: true });
  await new Promise<void>((resolve, reject) => {
    createServer(serve).once('error', reject).listen(socketOf(folder), resolve);
  });
  write(); // from now on it can be asked
}

const reasonOf = (error: unknown): Reason =>
  error instanceof LnPlayError
    ? { message: error.message, details: error.details, hint: error.hint }
    : { message: messageOf(error), details: [] };
