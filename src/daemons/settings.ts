import type { ConfigFile } from '../core/config-file.js';

/** One option of a daemon's config file: without a value it is a flag. */
export interface Setting {
  readonly key: string;
  readonly value?: string | undefined;
}

/** Settings that belong together, and what a person who reads the file is told of them. */
export interface SettingsGroup {
  readonly comment?: string;
  readonly settings: readonly Setting[];
}

/** Settings as the text of a config file: groups with a line between them, comments at most 118 characters wide. */
export function formatSettings(heading: string, groups: readonly SettingsGroup[]): string {
  const paragraphs = groups.map(({ comment, settings }) => [
    ...(comment === undefined ? [] : wrap(comment, 116).map((line) => `# ${line}`)),
    ...settings.map(({ key, value }) => (value === undefined ? key : `${key}=${value}`)),
  ]);
  return `# ${heading}\n${paragraphs.map((lines) => `${lines.join('\n')}\n`).join('\n')}`;
}

/** Makes each value of a config that names something in the folder `from` name the same in the folder `to`. */
export function rebase(file: ConfigFile, from: string, to: string): void {
  file.map((value) => (value === from || value.startsWith(`${from}/`) ? `${to}${value.slice(from.length)}` : value));
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
