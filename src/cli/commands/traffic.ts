import { LnPlayError } from '../../core/errors.js';
import { Playground } from '../../network/playground.js';
import type { Traffic } from '../../traffic/traffic.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { activitiesOf, askedTraffic, type AskedTraffic } from '../traffic/asked.js';
import { createCsv, type CsvFile } from '../traffic/csv.js';
import { liveText, summaryJson, summaryText } from '../traffic/summary.js';

/** How often the line of a terminal is renewed, and how often a pipe has a line, in ms. */
const LIVE_MS = 250;
const PIPE_MS = 10_000;

export async function run(context: CommandContext): Promise<Reply> {
  const { options } = context;
  const asked = askedTraffic(context);
  const isBackground = options['background'] === true;
  if (options['stop'] === true) {
    if (isBackground) throw contradiction('--background and --stop');
    return await stop(context);
  }
  if (isBackground) {
    for (const flag of ['count', 'for', 'csv'] as const)
      if (textOption(context, flag) !== undefined) throw contradiction(`--background and --${flag}`);
    return await inBackground(context, asked);
  }
  return await inForeground(context, asked);
}

const contradiction = (flags: string): LnPlayError =>
  new LnPlayError('USAGE', `${flags} contradict each other`, { hint: 'choose one of them' });

async function stop({ options, out, playground: context }: CommandContext): Promise<Reply> {
  const stopped = await (await Playground.open(options.dir, context)).stopTraffic();
  const text = stopped ? `${out.style.green('✔')} no more payments in the background` : 'no payments went on in the background'; // prettier-ignore
  return { json: { stopped }, text };
}

async function inBackground(context: CommandContext, asked: AskedTraffic): Promise<Reply> {
  const playground = await Playground.open(context.options.dir, context.playground);
  const activities = await activitiesOf(context, playground, asked);
  const { seed, inFlight, keysend } = asked.options;
  await playground.trafficInBackground({ activities, seed, inFlight, keysend });
  const text = `${context.out.style.green('✔')} payments go on in the background, until \`ln-play traffic --stop\``;
  return { json: { rows: activities.length }, text };
}

async function inForeground(context: CommandContext, asked: AskedTraffic): Promise<Reply> {
  const { options, out } = context;
  const playground = await Playground.open(options.dir, context.playground);
  const activities = await activitiesOf(context, playground, asked);
  const traffic = playground.traffic({ ...asked.options, activities });
  const path = textOption(context, 'csv');
  const csv = path === undefined ? undefined : await createCsv(path);
  try {
    await watch(traffic, context, csv);
  } finally {
    await csv?.close();
  }
  const summary = traffic.stats.summary();
  const { end, seed } = traffic;
  const isShort = end === 'gone' && (asked.options.count !== undefined || asked.options.forMs !== undefined);
  return {
    json: summaryJson(summary, seed, end),
    text: summaryText(summary, seed, end, out),
    exitCode: isShort || (summary.sent > 0 && summary.paid === 0) ? 1 : 0,
  };
}

/** Reads all payments, and shows how far they are. */
async function watch(traffic: Traffic, { out, progress }: CommandContext, csv: CsvFile | undefined): Promise<void> {
  const done = progress.begin('traffic');
  const show = (): void => {
    const text = liveText(traffic.stats.summary());
    if (out.live) progress.detail('traffic', text);
    else out.note(text);
  };
  const timer = setInterval(show, out.live ? LIVE_MS : PIPE_MS);
  try {
    for await (const payment of traffic) await csv?.add(payment);
  } finally {
    clearInterval(timer);
    done();
  }
}
