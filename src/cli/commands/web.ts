import { Playground } from '../../network/playground.js';
import { openInBrowser } from '../../process/open-in-browser.js';
import { refuseTogether, textOption, type CommandContext, type Reply } from '../context.js';
import { wholeNumber } from '../job.js';

export async function run(context: CommandContext): Promise<Reply> {
  const { options, out } = context;
  const port = textOption(context, 'port');
  const isReadOnly = options['readOnly'] === true;
  const stops = options['stop'] === true;
  refuseTogether([stops && '--stop', port !== undefined && '--port', isReadOnly && '--read-only']);
  const playground = await Playground.open(options.dir, context.playground);
  if (stops) {
    const stopped = await playground.closeWeb();
    const text = stopped ? `${out.style.green('✔')} no more of it in a browser` : 'it was not to be seen in a browser';
    return { json: { stopped }, text };
  }
  return await openWeb(context, playground, {
    port: port === undefined ? undefined : wholeNumber(port, '--port', { min: 1, max: 65_535 }),
    isReadOnly: isReadOnly || undefined,
  });
}

/** Has the playground be seen in a browser, and opens that on a desktop. */
export async function openWeb(
  { options, out }: CommandContext,
  playground: Playground,
  asked: Parameters<Playground['openWeb']>[0],
): Promise<Reply> {
  const { url, port, isReadOnly } = await playground.openWeb(asked);
  const isOpened = options['open'] !== false && !out.json && (await openInBrowser(url));
  const { green, bold, dim } = out.style;
  const lines = [
    `${green('✔')} ${bold(url)}`,
    dim(
      `good for one visit, by you on this machine${isReadOnly ? '; nothing can be changed there' : ''}${isOpened ? '; your browser opens it' : ''}`,
    ),
  ];
  return { json: { url, port, read_only: isReadOnly, opened: isOpened }, text: lines.join('\n') };
}
