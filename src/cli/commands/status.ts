import { formatSat } from '../../core/amounts.js';
import { Playground } from '../../network/playground.js';
import { allAnswer, type PlaygroundStatus } from '../../network/status.js';
import type { CommandContext, Reply } from '../context.js';
import { columns, elide, roomForLast, wordsOf, type Output } from '../output.js';

export async function run({ options, out, playground: context }: CommandContext): Promise<Reply> {
  const status = await (await Playground.open(options.dir, context)).status();
  const exitCode = options['check'] === true && !allAnswer(status) ? 1 : 0;
  return { json: status, text: statusText(status, out), exitCode };
}

/** An id is known by its first digits; with fewer it is of no use at all. */
const ID_WIDTH = 13;

/** The status as aligned lines: the daemons, why some don't answer, the channels, what goes on by itself. In a terminal ids are as long as there is room for. */
export function statusText(
  { daemons, bitcoind, nodes, channels, background }: PlaygroundStatus,
  { style, width }: Output,
): string {
  const { bold, dim } = style;
  const colours = { running: style.green, frozen: style.cyan, stopped: style.dim, dead: style.red } as const;
  const block = (height: number | null): string => (height === null ? '' : `block ${height}`);
  const details: { readonly [name: string]: readonly string[] } = {
    bitcoind: [
      block(bitcoind.blocks),
      bitcoind.version ?? '',
      bitcoind.state === 'running' ? `127.0.0.1:${bitcoind.rpc_port}` : '',
    ],
    ...Object.fromEntries(
      nodes.map(({ name, blockheight, version, implementation, id }) => [
        name,
        [
          block(blockheight),
          version === null ? '' : implementation === 'embedded' ? `${version} (embedded)` : version,
          id ?? '',
        ],
      ]),
    ),
  };
  const rows = daemons.map(({ name, state }) => [
    bold(name),
    colours[state](state),
    ...(details[name] ?? ['', '', '']),
  ]);
  const room = Math.max(ID_WIDTH, roomForLast(rows, width));
  const open = channels.map(({ from, to, short_channel_id, state, total_msat, to_us_msat }) => [
    bold(`${from} → ${elide(to, ID_WIDTH)}`),
    short_channel_id ?? dim('no id yet'),
    state,
    formatSat(BigInt(total_msat)),
    dim(`${from} has ${formatSat(BigInt(to_us_msat))}`),
  ]);
  const all = rows.map((row) => [...row.slice(0, -1), dim(elide(row.at(-1)!, room))]);
  const ofPods = daemons.flatMap(({ name, problem }) => (problem === undefined ? [] : [[name, problem] as const]));
  const problems = [
    ...ofPods.map(([name, problem]) => [style.red(`${name}: ${problem}`)]),
    ...nodes
      .filter(({ name }) => !ofPods.some(([pod]) => pod === name))
      .flatMap(({ problem }) => (problem === undefined ? [] : [[style.red(problem)]])),
  ];
  const goingOn = background.map(({ name, summary, from, problem }) => [
    bold(wordsOf(name)),
    problem === null ? summary : `${summary}: ${style.red(problem)}`,
    dim(from === 'file' ? "by the network's file" : 'until `ln-play down`'),
  ]);
  return [all, problems, open, goingOn]
    .filter(({ length }) => length > 0)
    .map((rows) => columns(rows))
    .join('\n\n');
}
