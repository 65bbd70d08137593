import { shellWord } from '../core/shell.js';
import { DATA_DIR } from '../daemons/container.js';

/** A node's key as text, for what has no files of bytes. */
export const OCTAL_KEY = 'hsm_secret.octal';

/** Bytes as `printf` of any shell writes them: a config of Compose is text. */
export const octal = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');

/** A line for the shell that puts the key in `from` where lightningd looks for it, unless one is there, then becomes the daemon. */
export function keyThen(command: readonly string[], from: string): string {
  const folder = `${DATA_DIR}/regtest`;
  const secret = `${folder}/hsm_secret`;
  const put = `printf "$(cat ${from}/${OCTAL_KEY})" > ${secret} && chmod 400 ${secret}`;
  return `mkdir -p ${folder} && { test -e ${secret} || { ${put}; }; } && exec ${command.map(shellWord).join(' ')}`;
}
