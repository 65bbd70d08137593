import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { systemCode } from '../../core/errors.js';
import { parseSetting, StartError, type Setting, type Source } from './setting.js';

const DEEPEST_INCLUDE = 100;

/**
 * Reads a configuration file (lightningd-config(5)): a setting a line, `#` comments, `include FILE` relative to the file.
 *
 * @param mustExist whether a file that is not there is an error
 * @throws {StartError} for a file that cannot be read and for files that include each other
 */
export function readConfigFile(file: string, source: Source, mustExist: boolean, depth = 0): readonly Setting[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' && !mustExist) return [];
    throw new StartError(`Opening and reading ${file}: ${REASON[code ?? ''] ?? code}`);
  }
  return text.split(/\r\n|\r|\n/).flatMap((line, i): readonly Setting[] => {
    if (line === '' || line.startsWith('#')) return [];
    if (!line.startsWith('include ')) return [parseSetting(line, { source, file, line: i + 1 })];
    const included = line.slice('include '.length);
    if (depth > DEEPEST_INCLUDE) throw new StartError(`Include loop with ${file} and ${included}`);
    return readConfigFile(resolve(dirname(file), included), source, true, depth + 1);
  });
}

const REASON: Record<string, string> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
};
