import { formatMsat } from '../../core/amounts.js';
import { parseAmountSat } from '../../cln/amounts.js';
import { parseFeerate } from '../../cln/feerate.js';
import type { OpenChannel } from '../../network/channels.js';
import { Playground } from '../../network/playground.js';
import { TALK } from '../../network/talk.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { positive } from '../job.js';
import type { Output } from '../output.js';

export async function run(context: CommandContext): Promise<Reply> {
  const [from, to, amount] = context.args as [string, string, string];
  const capacitySat = positive(parseAmountSat(amount), undefined, amount);
  const feerate = parseFeerate(textOption(context, 'feerate') ?? TALK.feerate, '--feerate');
  const playground = await Playground.open(context.options.dir, context.playground);
  const announce = context.options['private'] !== true;
  const channel = await playground.openChannel(playground.node(from), playground.node(to), {
    capacitySat,
    feerate,
    announce,
  });
  return channelReply(context.out, from, to, channel, feerate);
}

/** An open channel, as `open` and `fund-and-channel` tell it. */
export function channelReply(out: Output, from: string, to: string, channel: OpenChannel, feerate: string): Reply {
  const { shortChannelId, channelId, fundingTxid, capacityMsat } = channel;
  return {
    json: {
      from,
      to,
      short_channel_id: shortChannelId,
      channel_id: channelId,
      funding_txid: fundingTxid,
      capacity_msat: capacityMsat,
      feerate,
    },
    text: `${out.style.green('✔')} channel ${out.style.bold(shortChannelId)} from ${from} to ${to} of ${formatMsat(capacityMsat)} at ${feerate}, normal on both ends`,
  };
}
