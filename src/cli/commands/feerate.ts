import { FEE_TARGETS } from '../../network/fee-targets.js';
import { Playground } from '../../network/playground.js';
import { refuseTogether, textOption, type CommandContext, type Reply } from '../context.js';
import { perKwOf } from '../job.js';
import { columns } from '../output.js';

export async function run(context: CommandContext): Promise<Reply> {
  const { args, options, out } = context;
  const forTargets = FEE_TARGETS.flatMap((blocks) => {
    const text = textOption(context, String(blocks));
    return text === undefined ? [] : [{ blocks, feeratePerKw: perKwOf(text, `--${blocks}`) }];
  });
  const isAuto = options['auto'] === true;
  const [text] = args;
  refuseTogether(
    [text !== undefined && `feerate ${text}`, ...forTargets.map(({ blocks }) => `--${blocks}`)].slice(0, 2),
  );
  refuseTogether([text !== undefined && `feerate ${text}`, isAuto && '--auto']);
  refuseTogether([forTargets.length > 0 && `--${forTargets[0]!.blocks}`, isAuto && '--auto']);
  const wanted = text === undefined ? forTargets : perKwOf(text, 'feerate');

  const playground = await Playground.open(options.dir, context.playground);
  const isSet = isAuto || typeof wanted === 'number' || wanted.length > 0;
  if (isSet) await playground.setFeerates(isAuto ? undefined : wanted);
  const said = await Promise.all(
    playground.running.map(async (node) => ({ node: node.name, ...(await node.feerates()) })),
  );
  const { feerates } = playground.background.sections;
  const json = {
    set:
      feerates?.estimates.map(({ blocks, feeratePerKw }) => ({ blockcount: blocks, feerate_perkw: feeratePerKw })) ??
      null,
    nodes: said.map(({ node, floorPerKw, estimates }) => ({
      node,
      floor_perkw: floorPerKw,
      estimates: estimates.map(({ blocks, perKw }) => ({ blockcount: blocks, feerate_perkw: perKw })),
    })),
  };
  const { bold, dim, green } = out.style;
  const headline = isAuto
    ? `${green('✔')} feerates as bitcoind estimates them`
    : feerates
      ? `${isSet ? `${green('✔')} ` : ''}feerates are set, until \`ln-play feerate --auto\` or \`ln-play down\``
      : 'feerates as bitcoind estimates them';
  const rows = said.map(({ node, estimates }) => [
    bold(node),
    ...estimates.flatMap(({ blocks, perKw }) => [`${perKw}perkw`, dim(`for ${blocks} blocks`)]),
  ]);
  return { json, text: rows.length === 0 ? headline : `${headline}\n\n${columns(rows)}` };
}
