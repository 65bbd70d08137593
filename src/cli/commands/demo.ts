import { formatMsat } from '../../core/amounts.js';
import { LnPlayError, throwIfAborted } from '../../core/errors.js';
import { assertNotDust, assertOpenable, costSat, roundUp } from '../../network/limits.js';
import { assertNames, nodeNames } from '../../network/names.js';
import { versionOf } from '../../network/status.js';
import { Playground } from '../../network/playground.js';
import type { Step } from '../../network/steps.js';
import type { FetchProgress } from '../../daemons/executables/find.js';
import type { CommandContext, Reply } from '../context.js';
import { jobNames, jobNodes, jobOptions, nodesOption, programOptions } from '../job.js';
import { columns, duration } from '../output.js';

export async function run(context: CommandContext): Promise<Reply> {
  const job = jobOptions(context);
  const nodes = nodesOption(context) ?? 2;
  const names = typeof nodes === 'number' ? nodeNames(nodes) : nodes;
  assertNames(names);
  if (names.length < 2)
    throw new LnPlayError('USAGE', `A demo takes two nodes at least, and these are ${names.join(', ')}`, {
      hint: 'for example: ln-play demo --nodes 2',
    });
  assertAffordable(job);
  assertNodes(Object.values(jobNames(context, names)), names);
  const programs = programOptions(context);
  const fetch = timed('fetch bitcoind', programs.onDownload);
  const playground = await Playground.start(
    { ...programs, ...fetch, nodes, cold: context.options['warm'] !== true },
    context.playground,
  );
  let report;
  try {
    const ends = jobNodes(context, playground);
    const [daemons, channel] = await Promise.all([
      versions(playground),
      playground.fundAndChannel({ ...job, ...ends }),
    ]);
    const paid = await playground.payDemo({ ...ends, amountMsat: job.amountMsat });
    const total_ms = Math.round(performance.now()); // since this process began: what a person waits
    report = { ...daemons, channel, ...paid, total_ms };
  } finally {
    await playground.dispose();
  }
  throwIfAborted(context.signal);
  const { bitcoind, lightningd, channel, payment, invoice, bolt11, total_ms } = report;
  const done = together([...fetch.steps, ...playground.steps.done]);
  const json = {
    bitcoind,
    lightningd,
    steps: done,
    channel: {
      short_channel_id: channel.shortChannelId,
      funding_txid: channel.fundingTxid,
      capacity_msat: channel.capacityMsat,
      feerate: job.feerate,
    },
    payment: {
      status: payment.status,
      amount_msat: payment.amountMsat,
      payment_preimage: payment.preimage,
      bolt11,
    },
    invoice: { status: invoice.status },
    total_ms,
  };
  const { bold, dim, green } = context.out.style;
  const implementation = lightningd.implementation === 'embedded' ? 'embedded lightningd' : 'Core Lightning';
  const text = [
    `${bold('demo')}  ${dim(`bitcoind ${bitcoind.version}, ${implementation} ${lightningd.version}`)}`,
    '',
    columns(
      done.map(({ name, ms }) => [`  ${name}`, dim(duration(ms))]),
      new Set([1]),
    ),
    '',
    `  channel ${bold(channel.shortChannelId)} of ${formatMsat(channel.capacityMsat)} at ${job.feerate}`,
    `  paid ${bold(formatMsat(payment.amountMsat))}, preimage ${dim(payment.preimage)}`,
    '',
    `${green('✔')} from start to paid in ${bold(duration(total_ms))}; nothing is left behind`,
    dim('  next: ln-play up'),
  ].join('\n');
  const complete = payment.status === 'complete' && invoice.status === 'paid';
  return { json, text, exitCode: complete ? 0 : 1 };
}

/** Before anything is started: what the opening node gets is all that it has. */
function assertAffordable({ fundSat, capacitySat, feerate }: ReturnType<typeof jobOptions>): void {
  assertNotDust(fundSat);
  assertOpenable(capacitySat, feerate);
  const costs = costSat(capacitySat, feerate);
  if (fundSat >= costs) return;
  const [fund, capacity] = [fundSat, capacitySat].map((sat) => formatMsat(sat * 1000n));
  throw new LnPlayError('INVALID', `A channel of ${capacity} at ${feerate} can't be funded with ${fund}`, {
    hint: `give the node more: --fund ${roundUp(costs)}`,
  });
}

/** A listener that also keeps how long the download took, if there was one. */
function timed(name: string, onDownload: (event: FetchProgress) => void) {
  const steps: Step[] = [];
  let from: number | undefined;
  return {
    steps,
    onDownload: (event: FetchProgress): void => {
      from ??= performance.now();
      if (event.phase === 'end') steps.push({ name, ms: Math.round(performance.now() - from) });
      onDownload(event);
    },
  };
}

/** A row for each name: what is done twice, such as to connect, counts twice. */
function together(steps: readonly Step[]): Step[] {
  const sums = new Map<string, number>();
  for (const { name, ms } of steps) sums.set(name, (sums.get(name) ?? 0) + ms);
  return Array.from(sums, ([name, ms]) => ({ name, ms }));
}

/** Before anything is started. */
function assertNodes(wanted: readonly string[], names: readonly string[]): void {
  for (const name of wanted)
    if (!names.includes(name))
      throw new LnPlayError('USAGE', `There is no node ${JSON.stringify(name)} in a demo of ${names.length}`, {
        hint: `its nodes are ${names.join(', ')}; --nodes makes more`,
      });
}

async function versions(playground: Playground) {
  const [node] = playground.nodes;
  const [{ subversion }, { version }] = await Promise.all([
    playground.bitcoind.rpc.call<{ subversion: string }>('getnetworkinfo'),
    node.info(),
  ]);
  return {
    bitcoind: { version: versionOf(subversion) },
    lightningd: { implementation: node.implementation, version },
  };
}
