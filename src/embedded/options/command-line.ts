import type { OptionSpec } from './spec.js';
import { KINDS } from './kinds.js';
import { parseSetting, StartError, type Setting } from './setting.js';

/**
 * Reads the command line as lightningd does: `--name=value`, `--name value`, `--flag`, `-h`. Options of plugins are not
 * known yet: one that is unknown takes the next word if that is no option.
 *
 * @throws {StartError} for a word that is no option
 */
export function parseCommandLine(
  args: readonly string[],
  find: (name: string) => OptionSpec | undefined,
): readonly Setting[] {
  const settings: Setting[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    if (!word.startsWith('-') || word === '--') throw new StartError('no arguments accepted');
    const text = longForm(word, find);
    const name = text.split('=', 1)[0]!;
    const spec = find(name);
    const next = args[i + 1];
    const takesNext = spec ? KINDS[spec.kind].takesValue : next !== undefined && !next.startsWith('-');
    if (text.includes('=') || !takesNext || next === undefined) {
      settings.push(parseSetting(text, { source: 'cmdline' }));
    } else {
      settings.push({ name, value: next, source: 'cmdline' });
      i++;
    }
  }
  return settings;
}

function longForm(word: string, find: (name: string) => OptionSpec | undefined): string {
  if (word.startsWith('--')) return word.slice(2);
  return find(word)?.name ?? word.slice(1);
}
