import { NO_CLN, lightningds, lnPlay } from '../lib/programs.js';
import { baselineOf, inTurns, samplesOf, timed } from '../lib/samples.js';
import { removeTemporary, temporaryFolder } from '../lib/temporary.js';

const PARTS = [
  { part: 'up', what: 'up --nodes 10', goals: { cln: 2000 } },
  { part: 'down', what: 'down (10 nodes)', goals: { cln: 1000, embedded: 1000 } },
];

/** Ten nodes up, and down again. */
export async function* measure({ runs = 5 }) {
  const { cln, embedded } = await lightningds();
  const results = await inTurns(runs, {
    cln: cln && (() => upAndDown(cln)),
    embedded: () => upAndDown(embedded),
  });
  for (const { part, what, goals } of PARTS) {
    yield { what: `${what}, cln`, ...(cln ? samplesOf(results.cln, part) : { skipped: NO_CLN }), goal: goals.cln };
    const baseline = cln && baselineOf('cln', results.cln, part);
    yield { what: `${what}, embedded`, ...samplesOf(results.embedded, part), baseline, goal: goals.embedded };
  }
}

async function upAndDown(lightningd) {
  const dir = temporaryFolder();
  const env = { LN_PLAY_DIR: dir };
  try {
    const up = await timed(() => lnPlay(['up', '--cold', '--nodes', '10', '--lightningd', lightningd], env));
    const down = await timed(() => lnPlay(['down'], env));
    return { up, down };
  } finally {
    await lnPlay(['destroy', '--yes'], env);
    removeTemporary(dir);
  }
}
