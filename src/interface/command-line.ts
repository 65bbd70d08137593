import { shellWord } from '../core/shell.js';
import type { Given } from './given.js';

/** The words of a call: `open l1 l2 0.01btc --private`. */
export function commandWords(name: string, { args, options }: Given): string[] {
  const flags = Object.entries(options).flatMap(([option, value]) => {
    const flag = `--${option.replaceAll('_', '-')}`;
    if (typeof value === 'boolean') return value ? [flag] : [];
    return (typeof value === 'string' ? [value] : value).flatMap((each) => [flag, each]);
  });
  return [...name.split(' '), ...args, ...flags];
}

/** As it would be typed. */
export const commandLine = (name: string, given: Given): string =>
  ['ln-play', ...commandWords(name, given).map(shellWord)].join(' ');
