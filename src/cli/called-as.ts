import { realpathSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemCode } from '../core/errors.js';
import { isWithin } from '../core/within.js';
import { shellWord } from '../core/shell.js';

const PROGRAM = fileURLToPath(new URL('../../bin/ln-play.js', import.meta.url));

/**
 * What somebody types to call us from where he is now: `ln-play` where PATH or a function of `env` has it (LN_PLAY_AS),
 * `npx ln-play` where npx brought us here, and else the path of our program. npx asks the registry in a folder that is not
 * of the project that has us, and the folders that npm puts on PATH are there for npm alone.
 */
export function calledAs(env: NodeJS.ProcessEnv = process.env, cwd = process.cwd()): string {
  const { LN_PLAY_AS, npm_command, npm_config_local_prefix } = env;
  if (LN_PLAY_AS) return LN_PLAY_AS;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.endsWith('node_modules/.bin'));
  if (folders.some((folder) => leadsToUs(join(folder, 'ln-play')))) return 'ln-play';
  if (npm_command && isWithin(cwd, npm_config_local_prefix ?? cwd)) return 'npx ln-play';
  return `node ${shellWord(isWithin(PROGRAM, cwd) ? relative(cwd, PROGRAM) : PROGRAM)}`;
}

/** A text with its mentions of our commands as they can be typed: ln-play status. */
export function asCalled(text: string): string {
  if (!MENTION.test(text)) return text;
  const name = calledAs();
  return text.replaceAll(MENTION_ALL, () => name);
}

const MENTION = /(?<![\w/.-]|npx )ln-play(?= (?:--)?[a-z])/;
const MENTION_ALL = new RegExp(MENTION, 'g');

function leadsToUs(path: string): boolean {
  try {
    return realpathSync(path) === PROGRAM;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}
