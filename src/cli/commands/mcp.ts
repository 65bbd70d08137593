import { serveMcp } from '../../mcp/server.js';
import { playgroundDir } from '../../network/layout.js';
import type { CommandContext, Reply } from '../context.js';

/** Serves until the client closes our standard input, or a signal ends us. */
export async function run({ options, playground, signal }: CommandContext): Promise<Reply | undefined> {
  const { timeoutMs } = playground;
  const isReadOnly = options['readOnly'] === true;
  await serveMcp({ dir: playgroundDir(options.dir), isReadOnly, timeoutMs, signal });
  return undefined;
}
