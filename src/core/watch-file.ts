import { unwatchFile, watch, watchFile as pollFile } from 'node:fs';
import { basename, dirname } from 'node:path';

/** How often a file is looked at where the system does not tell of changes, in ms. */
const POLL_MS = 500;

/**
 * Calls `onChange` whenever a file is written, made or removed, maybe more than once; it keeps no process alive. Where the
 * system tells of no changes, or of no more folders, the file is looked at twice a second.
 *
 * @returns a function that ends it
 */
export function onFileChange(file: string, onChange: () => void): () => void {
  const poll = (): (() => void) => {
    pollFile(file, { persistent: false, interval: POLL_MS }, onChange);
    return () => unwatchFile(file, onChange);
  };
  let end: () => void;
  try {
    const watcher = watch(dirname(file), { persistent: false }, (_event, name) => {
      if (name === null || name === basename(file)) onChange();
    });
    watcher.on('error', () => {
      watcher.close();
      end = poll();
    });
    end = () => watcher.close();
  } catch {
    end = poll(); // there is no such folder yet, or this process may watch no more
  }
  return () => end();
}
