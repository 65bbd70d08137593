import { formatMsat } from '../../core/amounts.js';
import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';
import { jobNodes, jobOptions } from '../job.js';
import { channelReply } from './open.js';

export async function run(context: CommandContext): Promise<Reply> {
  const { amountMsat: _, ...job } = jobOptions(context);
  const playground = await Playground.open(context.options.dir, context.playground);
  const ends = jobNodes(context, playground);
  const channel = await playground.fundAndChannel({ ...ends, ...job });
  const { json, text } = channelReply(context.out, ends.from.name, ends.to.name, channel, job.feerate);
  return {
    json,
    text: `${context.out.style.green('✔')} ${ends.from.name} got ${formatMsat(job.fundSat * 1000n)}\n${text}`,
  };
}
