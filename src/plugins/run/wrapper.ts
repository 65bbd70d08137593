import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../../core/files.js';
import { shellWord } from '../../core/shell.js';

/**
 * Writes a script that lightningd starts in a plugin's place, and that becomes the plugin: it has the plugin's name, so
 * that the log and `plugin list` call it the same, and by `exec` its pid, so that signals reach the plugin itself.
 *
 * @param target the plugin's name and the file to run, absolute
 * @param body shell that ends in `exec "$plugin" "$@"`, with whatever redirections
 * @returns its path
 */
export async function writeWrapper(
  folder: string,
  { name, plugin }: { readonly name: string; readonly plugin: string },
  body: string,
): Promise<string> {
  const path = join(folder, name);
  try {
    await writeFile(path, `#!/bin/sh\n# in place of a plugin, by ln-play\nplugin=${shellWord(plugin)}\n${body}`);
    await chmod(path, 0o700);
  } catch (cause) {
    throw fileError('write', path, cause);
  }
  return path;
}
