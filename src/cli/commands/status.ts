import { formatMsat } from '../../core/amounts.js';
import { Playground } from '../../network/playground.js';
import type { PlaygroundStatus } from '../../network/status.js';
import type { CommandContext, Reply } from '../context.js';
import { columns, type Output } from '../output.js';

export async function run({ options, out, playground: context }: CommandContext): Promise<Reply> {
  const status = await (await Playground.open(options.dir, context)).status();
  return { json: status, text: statusText(status, out) };
}

/** The status as aligned lines: the daemons, the channels. */
export function statusText({ daemons, bitcoind, nodes, channels }: PlaygroundStatus, { style }: Output): string {
  const { bold, dim } = style;
  const colours = { running: style.green, stopped: style.dim, dead: style.red } as const;
  const block = (height: number | null): string => (height === null ? '' : `block ${height}`);
  const details: { readonly [name: string]: readonly string[] } = {
    bitcoind: [
      block(bitcoind.blocks),
      bitcoind.version ?? '',
      dim(bitcoind.state === 'running' ? `127.0.0.1:${bitcoind.rpc_port}` : ''),
    ],
    ...Object.fromEntries(
      nodes.map(({ name, blockheight, version, implementation, id }) => [
        name,
        [
          block(blockheight),
          version === null ? '' : implementation === 'embedded' ? `${version} (embedded)` : version,
          dim(id ?? ''),
        ],
      ]),
    ),
  };
  const rows = daemons.map(({ name, state }) => [bold(name), colours[state](state), ...(details[name] ?? [])]);
  const open = channels.map(({ from, to, short_channel_id, state, total_msat, to_us_msat }) => [
    bold(`${from} → ${to}`),
    short_channel_id ?? dim('no id yet'),
    state,
    formatMsat(BigInt(total_msat)),
    dim(`${from} has ${formatMsat(BigInt(to_us_msat))}`),
  ]);
  return [columns(rows), ...(open.length > 0 ? ['', columns(open)] : [])].join('\n');
}
