import { ConfigFile } from './config-file.js';
import { readIfThere, writeWhole } from './files.js';

/** Whether a line of somebody else's config may stay. */
export type ConfigRule = (key: string, value: string | undefined) => boolean;

/**
 * Keeps of a config file the lines that a rule lets through, as comments the others: they say what was there.
 *
 * @returns the lines that were taken out
 */
export async function keepOnly(file: string, rule: ConfigRule, wins: 'first' | 'last'): Promise<string[]> {
  const text = await readIfThere(file);
  if (text === undefined) return [];
  const out: string[] = [];
  const config = new ConfigFile(text, wins);
  config.comment((key, value) => {
    if (rule(key, value)) return false;
    out.push(value === undefined ? key : `${key}=${value}`);
    return true;
  });
  if (out.length > 0) await writeWhole(file, config.toString());
  return out;
}
