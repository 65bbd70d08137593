import { fileError } from './files.js';

/** A temporary folder; `cleanup` removes it with all that is in it. */
export interface TemporaryFolder {
  readonly path: string;
  readonly cleanup: () => Promise<void>;
}

/**
 * Makes a temporary folder of our own.
 *
 * @param within the folder to make it in; by default TMPDIR
 * @throws {LnPlayError} FILESYSTEM
 */
export async function temporaryFolder(prefix: string, within?: string): Promise<TemporaryFolder> {
  try {
    const { dir } = await import('tmp-promise'); // it fails to load where there is no TMPDIR
    return await dir({ prefix, unsafeCleanup: true, mode: 0o700, ...(within === undefined ? {} : { tmpdir: within }) });
  } catch (cause) {
    throw fileError('make', 'a temporary folder', cause);
  }
}
