/** Where a setting stands: later ones override earlier ones. */
export type Source = 'base' | 'network' | 'explicit' | 'cmdline' | 'pluginstart' | 'setconfig';

/** One `name` or `name=value`, as it was given. */
export interface Setting {
  readonly name: string;
  readonly value: string | undefined;
  readonly source: Source;
  readonly file?: string;
  readonly line?: number;
}

/** Splits `name=value`; there is no value where there is no `=`. */
export function parseSetting(text: string, from: Omit<Setting, 'name' | 'value'>): Setting {
  const equals = text.indexOf('=');
  return equals < 0
    ? { ...from, name: text, value: undefined }
    : { ...from, name: text.slice(0, equals), value: text.slice(equals + 1) };
}

/** A setting as it was written. */
export const textOfSetting = ({ name, value }: Setting): string => (value === undefined ? name : `${name}=${value}`);

/** Where a setting comes from, as `listconfigs` says it. */
export function describeSource(setting: Setting | undefined): string {
  if (!setting) return 'default';
  if (setting.file !== undefined) return `${setting.file}:${setting.line}`;
  return setting.source === 'setconfig' ? 'setconfig transient' : setting.source;
}

/** A start that cannot go on: `message` goes to standard error and to the log, `exitCode` to whoever started us. */
export class StartError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = 'StartError';
    this.exitCode = exitCode;
  }
}
