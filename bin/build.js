import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * The folder of the build to run, as a URL. In a clone that is where `.dist-current` leads at this moment: it stays as it is
 * when another build takes its place, and whatever is loaded later comes from it too. In a package there is dist alone.
 */
export function build() {
  try {
    return pathToFileURL(`${realpathSync(new URL('../.dist-current', import.meta.url))}/`);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return new URL('../dist/', import.meta.url);
  }
}
