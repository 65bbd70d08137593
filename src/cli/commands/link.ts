import { parseDurationMs } from '../../core/durations.js';
import { LnPlayError } from '../../core/errors.js';
import { linkText } from '../../network/background/sections.js';
import { Playground } from '../../network/playground.js';
import { textOption, type CommandContext, type Reply } from '../context.js';

export async function run(context: CommandContext): Promise<Reply> {
  const { args, options, out } = context;
  const [from, to] = args as [string, string];
  const duration = (name: string): number | undefined => {
    const text = textOption(context, name);
    return text === undefined ? undefined : parseDurationMs(text, `--${name}`);
  };
  const drop = textOption(context, 'drop');
  const how = {
    latencyMs: duration('latency'),
    jitterMs: duration('jitter'),
    dropPercent: drop === undefined ? undefined : percent(drop),
    isDown: options['down'] === true ? true : undefined,
  };
  const playground = await Playground.open(options.dir, context.playground);
  const isSet = Object.values(how).some((value) => value !== undefined);
  await (isSet ? playground.link(from, to, how) : playground.healLink(from, to));
  const { green } = out.style;
  const link = playground.background.sections.links?.links.find(
    ({ from: a, to: b }) => [a, b].includes(from) && [a, b].includes(to),
  );
  const { latencyMs = 0, jitterMs = 0, dropPercent = 0, isDown = false } = how;
  const json = { from, to, latency_ms: latencyMs, jitter_ms: jitterMs, drop_percent: dropPercent, down: isDown };
  const text = link
    ? `${linkText(link)}, until \`ln-play link ${from} ${to}\``
    : `${from} and ${to} are connected as ever`;
  return { json, text: `${green('✔')} ${text}` };
}

function percent(text: string): number {
  const value = /^\d+(\.\d+)?%?$/.test(text) ? Number(text.replace('%', '')) : NaN;
  if (value > 0 && value <= 100) return value;
  throw new LnPlayError('USAGE', `--drop ${JSON.stringify(text)} is no share`, {
    hint: 'more than 0 and up to 100: 5%',
  });
}
