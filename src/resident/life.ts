import { stat } from 'node:fs/promises';
import { messageOf } from '../core/errors.js';
import type { Playground } from '../network/playground.js';
import { lockHolder } from '../process/lock.js';
import { setTimeout as delay } from 'node:timers/promises';
import { log } from './log.js';

/** How often the playground is looked at, in ms. */
const LOOK_MS = 1_000;
/** How long bitcoind may be away while no command works on the playground, in ms. */
const AWAY_MS = 5_000;

/**
 * Looks after the playground until `signal` fires: says when it has gone, and when somebody has changed what is wanted
 * without telling us, as one that was killed.
 */
export async function playgroundEnds(
  playground: Playground,
  { onEnd, onChange }: { onEnd: (why: string) => void; onChange: () => Promise<void> },
  signal: AbortSignal,
): Promise<void> {
  const { layout, bitcoind } = playground;
  const look = async (file: string): Promise<string> =>
    await stat(file).then(
      ({ ino, mtimeMs }) => `${ino} ${mtimeMs}`,
      () => 'nothing',
    );
  let wanted = await look(layout.background);
  const socket = await look(layout.backgroundSocket);
  let awaySince: number | undefined;
  while (!signal.aborted) {
    await delay(LOOK_MS, undefined, { signal }).catch(() => {}); // then it has fired
    if (signal.aborted) return;
    if ((await look(layout.manifest)) === 'nothing' || (await look(layout.backgroundSocket)) !== socket)
      return onEnd('the playground has gone');
    const now = await look(layout.background);
    if (now !== wanted) {
      wanted = now;
      await onChange().catch((error: unknown) => log('UNUSUAL', messageOf(error)));
    }
    // a page from which bitcoind can be started again stays
    if (bitcoind.daemon.attach() || playground.background.sections.web) awaySince = undefined;
    else {
      awaySince ??= performance.now();
      const isWorkedOn = (await lockHolder(layout.locks, 'playground')) !== undefined;
      if (isWorkedOn) awaySince = performance.now();
      else if (performance.now() - awaySince > AWAY_MS) return onEnd('bitcoind has gone');
    }
  }
}
