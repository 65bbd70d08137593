import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { LnPlayError } from '../../core/errors.js';
import { tailFile } from '../../daemons/log-tail.js';
import { followFile } from '../../daemons/log-follow.js';
import { Playground } from '../../network/playground.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { wholeNumber } from '../job.js';
import type { Output } from '../output.js';

export async function run(context: CommandContext): Promise<Reply | undefined> {
  const { options, out, signal } = context;
  const [name] = context.args as [string];
  const lines = textOption(context, 'lines');
  const count = lines === undefined ? undefined : wholeNumber(lines, '--lines', { min: 0, max: 1_000_000 });
  const follow = options['follow'] === true;
  const playground = await Playground.open(options.dir, context.playground);
  const file = playground.daemon(name).daemon.spec.logFile;
  const size = await stat(file).then(
    (stats) => stats.size,
    () => undefined,
  );
  if (size === undefined && !follow)
    throw new LnPlayError('STATE', `${name} has written no log yet: ${file}`, { hint: 'start it with `ln-play up`' });
  const written = count === undefined ? linesOf(file, size ?? 0) : count === 0 ? [] : await tailFile(file, count);
  if (out.json && !follow) {
    const lines = await all(written);
    return { json: { daemon: name, file, lines }, text: lines.join('\n') };
  }
  if (count === undefined && !out.json && out.style.level === 0) await copy(file, size ?? 0, out);
  else for await (const line of written) await printLine(line, out);
  if (follow) {
    const rest = followFile(file, { from: size ?? 0, signal });
    if (!out.json && out.style.level === 0) for await (const text of rest) out.write(text);
    else for await (const line of whole(rest)) await printLine(line, out);
  }
  return undefined;
}

/** As it is, at the pace of whoever reads it. */
async function copy(file: string, size: number, out: Output): Promise<void> {
  if (size === 0) return;
  for await (const chunk of createReadStream(file, { end: size - 1 })) await out.drained(chunk as Buffer);
}

async function printLine(line: string, out: Output): Promise<void> {
  await out.drained(`${out.json ? JSON.stringify({ line }) : coloured(line, out)}\n`);
}

async function* linesOf(file: string, size: number): AsyncGenerator<string> {
  if (size > 0) yield* createInterface({ input: createReadStream(file, { end: size - 1 }), crlfDelay: Infinity });
}

/** Lines of a text that comes in pieces. */
async function* whole(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
}

async function all(lines: AsyncIterable<string> | readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

/** The time dim, and the rest by its level: `2026-01-31T12:00:00.000Z INFO    lightningd: …`; bitcoind has no levels. */
function coloured(line: string, { style }: Output): string {
  const [, time, rest] = /^(\d{4}-\S+ )(.*)$/.exec(line) ?? [];
  if (time === undefined || rest === undefined) return line;
  const level = /^\**([A-Z]+)/.exec(rest)?.[1] ?? '';
  const paint = {
    BROKEN: style.red.bold,
    UNUSUAL: style.yellow,
    INFO: style.green,
    DEBUG: style.reset,
    IO: style.cyan,
  };
  const word = /^\S+/.exec(rest)?.[0] ?? '';
  const colour = level in paint ? paint[level as keyof typeof paint] : undefined;
  return style.dim(time) + (colour ? colour(word) + rest.slice(word.length) : rest);
}
