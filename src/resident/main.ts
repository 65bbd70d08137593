/**
 * The process that stays while something goes on in a playground: `background.json` says what. It ends by itself once
 * there is nothing to do, or no playground any more. usage: ln-play-background.js --background-of=DIR
 */
import { LnPlayError, messageOf } from '../core/errors.js';
import { Playground } from '../network/playground.js';
import { withLock } from '../process/lock.js';
import { Crew } from './crew.js';
import { playgroundEnds } from './life.js';
import { log } from './log.js';
import { serve } from './server.js';

const MARKER = '--background-of=';

export async function main(argv: readonly string[]): Promise<void> {
  const dir = argv.find((arg) => arg.startsWith(MARKER))?.slice(MARKER.length);
  if (dir === undefined) throw new Error(`usage: ln-play-background.js ${MARKER}DIR`);
  const playground = await Playground.open(dir);
  const only = { what: 'the background', wait: 'fail' } as const;
  try {
    await withLock(playground.layout.locks, 'resident', only, () => run(playground));
    process.exit(0);
  } catch (error) {
    log(error instanceof LnPlayError && error.code === 'LOCKED' ? 'INFO' : 'BROKEN', messageOf(error));
    process.exit(1);
  }
}

/** Does what is wanted until there is nothing left, the playground is gone, or somebody has us end. */
async function run(playground: Playground): Promise<void> {
  const ends = new AbortController();
  const end = (why: string): void => {
    if (!ends.signal.aborted) log('INFO', why);
    ends.abort();
  };
  process.on('SIGTERM', () => end('ended by SIGTERM'));
  process.on('SIGINT', () => end('ended by SIGINT'));
  process.on('unhandledRejection', (error) => log('BROKEN', String(error instanceof Error ? error.stack : error)));

  const crew = new Crew(playground);
  let turn = Promise.resolve();
  const applyNow = async (): Promise<void> => {
    if (ends.signal.aborted) return;
    await playground.refresh();
    if (!(await crew.apply(playground.background.sections))) end('nothing left to do');
  };
  /** One after the other: each reads what is wanted by then. */
  const apply = async (): Promise<void> => {
    const mine = turn.then(applyNow);
    turn = mine.catch(() => {}); // whoever asked is told
    await mine;
  };
  await apply();
  const server = await serve(
    playground.layout.backgroundSocket,
    {
      apply: async () => (await apply(), crew.told()),
      state: () => crew.told(),
      stop: () => (setImmediate(end, 'stopped'), crew.told()),
    },
    (section, question) => crew.answer(section, question),
  );
  try {
    await playgroundEnds(playground, { onEnd: end, onChange: apply }, ends.signal);
  } finally {
    await server.close();
    await turn;
    await crew.stop();
  }
}
