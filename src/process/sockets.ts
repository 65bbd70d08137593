import { LnPlayError } from '../core/errors.js';

/** The bytes that the path of a unix socket may have, without its closing zero: sun_path of unix(7). */
export const MAX_SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

/**
 * @throws {LnPlayError} FILESYSTEM, saying by how many bytes the path is too long
 */
export function assertSocketPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_SOCKET_PATH_BYTES) return;
  throw new LnPlayError(
    'FILESYSTEM',
    `The socket path ${path} is ${bytes} bytes long: ${bytes - MAX_SOCKET_PATH_BYTES} more than the ${MAX_SOCKET_PATH_BYTES} that the system allows`,
    { hint: 'choose a shorter folder with --dir or LN_PLAY_DIR' },
  );
}
