import { runOnTerminal } from '../../process/on-terminal.js';
import type { Output } from '../output.js';

/** Shows a long text: through $PAGER, or less, on a terminal; as it is everywhere else. */
export async function page(text: string, out: Output): Promise<void> {
  const pager = process.env['PAGER'] || 'less -R';
  if (process.stdout.isTTY && (await runOnTerminal({ command: '/bin/sh', args: ['-c', pager] }, { input: text })) === 0)
    return;
  out.write(text);
}
