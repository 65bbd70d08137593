import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Options } from './options.js';
import { textOfSetting } from './setting.js';

/**
 * Writes a value of `setconfig` where the next start finds it, as lightningd does: in `config.setconfig` beside the
 * configuration file, which includes it; an older line for the same option there is replaced, elsewhere commented out.
 *
 * @returns where it stands now
 */
export function saveSetting(
  options: Options,
  name: string,
  value: string | undefined,
): { readonly file?: string; readonly line?: number } {
  const conf = options.string('conf');
  const main = conf === undefined ? resolve(options.networkDir, 'config') : resolve(conf);
  const file = `${main}.setconfig`;
  if (!existsSync(file)) {
    appendLine(main, `# Inserted by setconfig\ninclude ${basename(file)}`);
    appendLine(file, '# Written by setconfig; edit it while the node is stopped');
  }
  const text = textOfSetting({ name, value, source: 'setconfig' });
  const older = options.settingsOf(name).at(-1);
  if (older?.file === file && older.line !== undefined) {
    replaceLine(file, older.line, text);
    return { file, line: older.line };
  }
  if (older?.file !== undefined && older.line !== undefined)
    replaceLine(older.file, older.line, `# setconfig commented out (see ${basename(file)}): ${textOfSetting(older)}`);
  return { file, line: appendLine(file, text) };
}

function appendLine(file: string, text: string): number {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const start = before === '' || before.endsWith('\n') ? '' : '\n';
  appendFileSync(file, `${start}${text}\n`);
  return (before + start).split('\n').length;
}

function replaceLine(file: string, line: number, text: string): void {
  const lines = readFileSync(file, 'utf8').split('\n');
  lines[line - 1] = text;
  writeFileSync(`${file}.new`, lines.join('\n'));
  renameSync(`${file}.new`, file);
}
