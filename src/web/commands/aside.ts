import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT_CODE_OF, LnPlayError, type ErrorCode } from '../../core/errors.js';
import type { CallResult } from '../../interface/call.js';
import { commandLine, commandWords } from '../../interface/command-line.js';
import type { Given } from '../../interface/given.js';
import type { ErrorBody } from '../../interface/errors.js';
import type { Playground } from '../../network/playground.js';
import { DaemonProcess } from '../../process/daemon-process.js';

/** The script lies at the same place seen from `src` and from `dist`. */
const CLI = fileURLToPath(new URL('../../../bin/ln-play.js', import.meta.url));

/**
 * Runs a command that ends us, or may, as a program of its own: it goes on when we have gone.
 *
 * @param ending fires when we end: what is known by then is the answer
 * @throws {LnPlayError} what the command fails with
 */
export async function callAside(
  { layout, dir }: Playground,
  name: string,
  given: Given,
  ending: AbortSignal,
): Promise<CallResult> {
  const outputFile = join(layout.backgroundFolder, `${name.replaceAll(' ', '-')}-${crypto.randomUUID()}`);
  const args = [CLI, '--json', '--quiet', '--dir', dir, ...commandWords(name, given)];
  const program = await DaemonProcess.start({ command: process.execPath, args }, { cwd: dir, outputFile });
  const ended = new Promise<undefined>((resolve) => {
    ending.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const exit = await Promise.race([program.ended, ended]);
  const text = await readFile(outputFile, 'utf8');
  await rm(outputFile, { force: true });
  if (!exit) return { json: null, text: `${commandLine(name, given)} goes on`, exitCode: 0 };
  const json = documentIn(text);
  if (isError(json)) throw errorOf(json);
  return { json, text: '', exitCode: exit.code ?? 1 };
}

/** The document that it printed, among what it said besides. */
function documentIn(text: string): unknown {
  const [found] = /^[{[]$[\s\S]*?^[}\]]$/m.exec(text) ?? [];
  return found === undefined ? null : (JSON.parse(found) as unknown);
}

const isError = (json: unknown): json is ErrorBody => typeof json === 'object' && json !== null && 'error' in json;

function errorOf({ error: { code, message, hint, details } }: ErrorBody): Error {
  if (!(code in EXIT_CODE_OF)) return new Error(message);
  return new LnPlayError(code as ErrorCode, message, { hint: hint ?? undefined, details });
}
