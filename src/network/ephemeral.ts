import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileError, removeTree } from '../core/files.js';
import { fleeting } from '../core/fleeting.js';
import { startReaper, type Reaper } from '../process/reaper.js';
import { temporaryRoot } from './temporary-root.js';

/** A temporary folder for one playground, which goes when our process goes, however it goes. */
export class Ephemeral {
  readonly dir: string;
  readonly #reaper: Reaper;

  private constructor(dir: string, reaper: Reaper) {
    this.dir = dir;
    this.#reaper = reaper;
  }

  static async create(): Promise<Ephemeral> {
    try {
      const path = join(await temporaryRoot(), `ln-play-${randomBytes(6).toString('hex')}`);
      const reap = fileURLToPath(new URL('reap.js', import.meta.url));
      // before the folder is there: a kill at any moment finds somebody who removes it
      const reaper = await startReaper({ command: process.execPath, args: [reap, path] });
      try {
        await mkdir(path, { mode: 0o700 });
      } catch (cause) {
        await reaper.dismiss();
        throw cause;
      }
      fleeting.add(path);
      return new Ephemeral(path, reaper);
    } catch (cause) {
      throw fileError('make', 'a temporary folder', cause);
    }
  }

  /** Removes the folder. */
  async dispose(): Promise<void> {
    await removeTree(this.dir);
    fleeting.delete(this.dir);
    await this.#reaper.dismiss();
  }
}
