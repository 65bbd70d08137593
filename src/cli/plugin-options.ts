import { readFile } from 'node:fs/promises';
import { LnPlayError, messageOf } from '../core/errors.js';
import { isObject, type JsonObject } from '../rpc/json-rpc.js';
import { paramsOf } from '../rpc/params.js';
import { textOption, type CommandContext } from './context.js';

/**
 * Values of a plugin's options, each `name=value`; a flag is its name alone.
 *
 * @throws {LnPlayError} USAGE
 */
export function pluginOptions(texts: readonly string[]): JsonObject {
  const options: { [name: string]: unknown } = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    const name = at === -1 ? text : text.slice(0, at);
    if (!/^[\w-]+$/.test(name))
      throw new LnPlayError('USAGE', `${JSON.stringify(text)} is not an option of a plugin`, {
        hint: 'write NAME=VALUE, or just NAME for a flag',
      });
    const value = at === -1 ? true : (paramsOf([text.slice(at + 1)]) as readonly unknown[])[0];
    const before = options[name];
    options[name] = before === undefined ? value : [before, value].flat();
  }
  return options;
}

/**
 * The file of `--rpc`: what a stub node answers, by method.
 *
 * @throws {LnPlayError} USAGE when it is not a file with a JSON object
 */
export async function readAnswers(context: CommandContext): Promise<JsonObject> {
  const file = textOption(context, 'rpc');
  if (file === undefined) return {};
  const hint = 'write for example {"getinfo": {"id": "02…"}}';
  let answers: unknown;
  try {
    answers = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new LnPlayError('USAGE', `--rpc ${file} cannot be read as JSON: ${messageOf(cause)}`, { hint, cause });
  }
  if (!isObject(answers)) throw new LnPlayError('USAGE', `--rpc ${file} holds no JSON object`, { hint });
  return answers;
}
