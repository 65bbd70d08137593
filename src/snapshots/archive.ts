import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ReadEntry } from 'tar';
import { LnPlayError, messageOf, systemCode } from '../core/errors.js';
import { fileError, makePrivateFolder, namesIn } from '../core/files.js';
import { SparseWriter } from './copy.js';
import { sync, syncTree } from './durable.js';
import {
  damaged,
  filesOf,
  MOST_MANIFEST_BYTES,
  parseManifest,
  treeOf,
  writeImageManifest,
  type Image,
  type ImageFile,
  type ImageManifest,
} from './image.js';

/*
 * An image in one file: a tar with gzip, `image.json` first, then its files. Links are left out: what they lead to is of
 * one machine.
 */

const MANIFEST = 'image.json';
const FILES = 'files/';

/** Writes an image into a file that is not there yet, as a whole or not at all. @throws {LnPlayError} FILESYSTEM, USAGE */
export async function packImage({ folder, manifest }: Image, file: string): Promise<void> {
  const { create } = await import('tar'); // only where something is packed
  const temporary = `${file}.${process.pid}-${randomUUID()}.tmp`;
  try {
    await removeLeftOvers(file);
    const options = { cwd: folder, file: temporary, gzip: true, portable: true, noDirRecurse: true, mode: 0o600 };
    await create(options, [MANIFEST, ...manifest.files.map(({ path }) => FILES + path)]);
    await sync(temporary);
    await link(temporary, file);
    await sync(dirname(file));
  } catch (cause) {
    if (cause instanceof LnPlayError) throw cause;
    if (systemCode(cause) !== 'EEXIST') throw fileError('write', file, cause);
    throw new LnPlayError('STATE', `${file} is there already`, { hint: 'choose another name, or move it away' });
  } finally {
    await rm(temporary, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

/** Removes what was written beside a file by somebody who was killed in the middle of it. */
async function removeLeftOvers(file: string): Promise<void> {
  const folder = dirname(file);
  for (const name of await namesIn(folder)) {
    const [, pid] = (name.startsWith(`${basename(file)}.`) && /\.(\d+)-[0-9a-f-]{36}\.tmp$/.exec(name)) || [];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

/**
 * Makes an image in a folder of what is in a file: only the files that its manifest names, with just that content, and
 * nothing outside the folder. All of it is on disk afterwards; nothing of it is run.
 *
 * @throws {LnPlayError} STATE for a file that is no image, damaged, or of a later ln-play; FILESYSTEM
 */
export async function unpackImage(file: string, folder: string): Promise<Image> {
  const reader = new ArchiveReader(file, folder);
  await makePrivateFolder(filesOf(folder));
  const { Parser } = await import('tar');
  let turn: Promise<void> = Promise.resolve();
  let current: ReadEntry | undefined;
  let isOver = false;
  try {
    await new Promise<void>((resolve, reject) => {
      const input = createReadStream(file);
      const fail = (error: unknown): void => {
        input.destroy();
        reject(error instanceof LnPlayError ? error : damaged(file, messageOf(error), error));
      };
      const parser = new Parser({
        strict: true,
        zstd: false, // tar throws where nobody catches it, if this Node has none
        onReadEntry: (entry) => {
          turn = turn.then(() => (isOver ? undefined : reader.take((current = entry))));
          turn.catch(fail);
        },
      });
      input.on('error', (cause) => fail(fileError('read', file, cause)));
      parser.on('error', fail);
      parser.on('end', () => resolve());
      input.pipe(parser);
    });
    await turn;
    return await reader.end();
  } catch (error) {
    isOver = true;
    current?.destroy(); // nothing more comes of it: whoever reads it ends, and closes the file that it goes to
    await turn.catch(() => {}); // what was wrong is told already
    throw error;
  }
}

class ArchiveReader {
  readonly #file: string;
  readonly #folder: string;
  #manifest: ImageManifest | undefined;
  #left = new Map<string, ImageFile>();

  constructor(file: string, folder: string) {
    this.#file = file;
    this.#folder = folder;
  }

  async take(entry: ReadEntry): Promise<void> {
    const { path, type, size } = entry;
    const name = JSON.stringify(path); // it is shown, and may be anything
    if (type !== 'File' && type !== 'OldFile') throw damaged(this.#file, `${name} is no file, but a ${type}`);
    if (!this.#manifest) return await this.#takeManifest(entry);
    const wanted = path.startsWith(FILES) ? this.#left.get(path.slice(FILES.length)) : undefined;
    if (!wanted) throw damaged(this.#file, `${name} is in it, and its image.json does not name it, or not twice`);
    if (size !== wanted.size) throw damaged(this.#file, `${wanted.path} has ${size} bytes, not ${wanted.size}`);
    this.#left.delete(wanted.path);
    if ((await this.#write(entry, wanted)) !== wanted.sha256)
      throw damaged(this.#file, `${wanted.path} is another than was saved`);
  }

  async #takeManifest(entry: ReadEntry): Promise<void> {
    if (entry.path !== MANIFEST || entry.size > MOST_MANIFEST_BYTES)
      throw new LnPlayError('STATE', `${this.#file} is no snapshot of ln-play: it does not begin with ${MANIFEST}`, {
        hint: 'name a file that `ln-play snapshot export` has made',
      });
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk);
    const { asUntrusted } = await import('./untrusted.js');
    const manifest = asUntrusted(parseManifest(Buffer.concat(chunks).toString('utf8'), this.#file));
    if (typeof manifest === 'string') throw damaged(this.#file, `its image.json ${manifest}`);
    this.#manifest = manifest;
    this.#left = new Map(manifest.files.map((file) => [file.path, file]));
    try {
      for (const path of manifest.folders) await mkdir(join(filesOf(this.#folder), path), { mode: 0o700 });
    } catch (cause) {
      throw fileError('make', this.#folder, cause);
    }
  }

  /** @returns the digest of what was written */
  async #write(entry: ReadEntry, { path, mode }: ImageFile): Promise<string> {
    const target = join(filesOf(this.#folder), path);
    const hash = createHash('sha256');
    try {
      const output = await open(target, 'wx', (mode & 0o700) | 0o400);
      try {
        const writer = new SparseWriter(output);
        if (entry.destroyed) throw new Error('it is cut off'); // a reader that begins now would wait for ever
        for await (const chunk of entry) {
          hash.update(chunk);
          await writer.write(chunk);
        }
        await writer.end();
      } finally {
        await output.close();
      }
    } catch (cause) {
      throw fileError('write', target, cause);
    }
    return hash.digest('hex');
  }

  async end(): Promise<Image> {
    const [missing] = this.#left.keys();
    if (!this.#manifest) throw damaged(this.#file, 'it is empty');
    if (missing !== undefined) throw damaged(this.#file, `${missing} is missing: it is cut off`);
    await syncTree(filesOf(this.#folder), treeOf(this.#manifest));
    await writeImageManifest(this.#folder, this.#manifest);
    return { folder: this.#folder, manifest: this.#manifest };
  }
}
