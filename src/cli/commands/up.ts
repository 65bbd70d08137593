import { LnPlayError } from '../../core/errors.js';
import { shellWord } from '../../core/shell.js';
import type { NodeOption } from '../../network/up-options.js';
import type { NetworkPlan } from '../../network/apply/plan-network.js';
import { Playground } from '../../network/playground.js';
import type { PlaygroundStatus } from '../../network/status.js';
import { asCalled } from '../called-as.js';
import { listOption, textOption, type CommandContext, type Reply } from '../context.js';
import { nodesOption, programOptions } from '../job.js';
import { changesJson, changesText } from '../changes.js';
import { askedNetwork } from '../network-file.js';
import { columns, type Output } from '../output.js';
import { leftOutLines } from '../snapshots.js';
import { podsOption } from '../pods.js';
import { debuggerText } from '../debugger.js';
import { statusText } from './status.js';

export async function run(context: CommandContext): Promise<Reply | undefined> {
  const { options, out } = context;
  const debug = debuggerOf(textOption(context, 'debugger'));
  const pods = podsOption(context);
  const network = await askedNetwork(context);
  const prune = options['prune'] === true;
  const isDry = options['dryRun'] === true;
  if (network === undefined && (prune || isDry))
    throw new LnPlayError('USAGE', `${isDry ? '--dry-run' : '--prune'} is about a network, and there is none`, {
      hint: 'name its file, or a --topology: ln-play up network.yaml --dry-run',
    });
  const asked = {
    ...(pods ? {} : programOptions(context)),
    dir: options.dir,
    nodes: nodesOption(context),
    pods,
    prune,
    from: textOption(context, 'from'),
    trust: options['trust'] === true,
    lightningdOf: Object.fromEntries(listOption(context, 'node').map(nodeAndLightningd)),
    options: listOption(context, 'option').map(nodeOption),
    cold: options['cold'] === true,
    tcp: options['tcp'] === true,
    randomKeys: options['randomKeys'] === true,
    debugger: debug,
  };
  if (isDry) return planReply(await Playground.plan({ ...asked, network: network! }), prune, out);
  const report = await Playground.up({ ...asked, network }, context.playground);
  const { playground, started, alreadyRan, created } = report;
  const status = await playground.status();
  const headline =
    started.length === 0
      ? `the playground in ${playground.dir} runs already`
      : `${created ? 'made' : 'started'} the playground in ${playground.dir}`;
  const lines = [
    `${out.style.green('✔')} ${headline}`,
    ...(report.changes.length + report.losses.length === 0 ? [] : ['', changesText(report, prune, out)]),
    ...leftOutLines(report.leftOut ?? [], out),
    '',
    statusText(status, out),
    '',
    nextSteps(playground, status, context),
  ];
  if (debug) lines.push('', await debuggerText(playground.node(debug.node), debug.subdaemon, context.playground));
  const web = options['web'] === true ? await (await import('./web.js')).openWeb(context, playground, {}) : undefined;
  if (web) lines.push('', web.text);
  if (options['foreground'] === true) {
    out.result(status, asCalled(`${lines.join('\n')}\n\nCtrl-C stops everything.`));
    await untilStopped(context, playground);
    return undefined;
  }
  const json = { ...status, started, already_ran: alreadyRan, ...changesJson(report), ...(web && { web: web.json }) };
  return { json, text: lines.join('\n') };
}

/** What would be done, and isn't. */
function planReply(plan: NetworkPlan, prune: boolean, out: Output): Reply {
  const { changes, losses, unknown } = plan;
  const lines = [
    changes.length + losses.length === 0 ? 'nothing to do' : changesText(plan, prune, out),
    ...(unknown.length > 0 ? ['', `${unknown.join(', ')}: not running, so what channels there are is not known`] : []),
  ];
  return { json: { ...changesJson(plan), unknown }, text: lines.join('\n') };
}

async function untilStopped({ signal, out }: CommandContext, playground: Playground): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    const alive = setInterval(() => {}, 60_000);
    signal.addEventListener('abort', () => (clearInterval(alive), resolve()), { once: true });
  });
  const stopped = await (await Playground.open(playground.dir)).down();
  out.note(`stopped ${stopped.join(', ')}`);
}

function nextSteps(
  { dir, nodes }: Playground,
  { channels }: PlaygroundStatus,
  { options, out }: CommandContext,
): string {
  const flag = options.dir === undefined ? '' : ` --dir ${shellWord(dir)}`;
  const { dim } = out.style;
  const [first, second] = nodes.map(({ name }) => name) as [string, string | undefined];
  const [open] = channels;
  const job = open
    ? [
        [
          `  ln-play pay ${open.from} $(ln-play invoice ${open.to} 10sat${flag})${flag}`,
          dim('pay through their channel'),
        ],
      ]
    : [
        [`  ln-play fund-and-channel${flag}`, dim(`open a channel from ${second} to ${first}`)],
        [`  ln-play pay-demo${flag}`, dim('pay an invoice of 24 msat through it')],
      ];
  const steps = [
    ...(second === undefined ? [] : job),
    [`  eval "$(ln-play env${flag})"`, dim(`then: ${first} getinfo, ${second ?? first} listfunds, bt getblockcount`)],
    [`  ln-play down${flag}`, dim('stop; up starts it again as it was')],
  ];
  return columns(steps.map((row) => row.map(asCalled))); // before they are aligned
}

function nodeAndLightningd(text: string): readonly [string, string] {
  const match = /^([^=]+)=(.+)$/.exec(text);
  if (match) return [match[1]!, match[2]!];
  throw new LnPlayError('USAGE', `--node ${JSON.stringify(text)} is not NODE=LIGHTNINGD`, {
    hint: 'for example --node l2=embedded, or --node l2=/usr/bin/lightningd',
  });
}

function nodeOption(text: string): NodeOption {
  const match = /^([^:=]+):([a-z][\w-]*)(?:=(.*))?$/s.exec(text);
  if (match && !match[3]?.includes('\n')) return { node: match[1]!, key: match[2]!, value: match[3] };
  throw new LnPlayError('USAGE', `--option ${JSON.stringify(text)} is not NODE:KEY=VALUE`, {
    hint: "for example --option l1:fee-base=5; lightningd's options: ln-play man lightningd-config",
  });
}

function debuggerOf(text: string | undefined): { node: string; subdaemon: string } | undefined {
  if (text === undefined) return undefined;
  const match = /^([^:]+):(?:lightning_)?([a-z]+)$/.exec(text);
  if (match) return { node: match[1]!, subdaemon: match[2]! };
  throw new LnPlayError('USAGE', `--debugger ${JSON.stringify(text)} is not NODE:SUBDAEMON`, {
    hint: 'for example --debugger l2:connectd',
  });
}
