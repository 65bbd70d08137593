import { NO_CLN, lightningds, lnPlay } from '../lib/programs.js';
import { inTurns, timed } from '../lib/samples.js';
import { removeTemporary, temporaryFolder } from '../lib/temporary.js';

/** Ten nodes up, and down again. */
export async function* measure({ runs = 5 }) {
  const { cln, embedded } = await lightningds();
  const samples = await inTurns(runs, {
    ...(cln && { cln: () => upAndDown(cln) }),
    embedded: () => upAndDown(embedded),
  });
  if (!cln) yield { what: 'cln', skipped: NO_CLN };
  const of = (name, part) => samples[name].map((sample) => sample[part]);
  for (const name of Object.keys(samples)) {
    const baseline = (part) => (cln && name !== 'cln' ? { name: 'cln', samples: of('cln', part) } : undefined);
    const goals = name === 'cln' ? { up: 2000, down: 1000 } : { up: undefined, down: 1000 };
    yield { what: `up --nodes 10, ${name}`, samples: of(name, 'up'), goal: goals.up, baseline: baseline('up') };
    yield { what: `down, ${name}`, samples: of(name, 'down'), goal: goals.down, baseline: baseline('down') };
  }
}

async function upAndDown(lightningd) {
  const dir = temporaryFolder();
  const env = { LN_PLAY_DIR: dir };
  try {
    const up = await timed(() => lnPlay(['up', '--nodes', '10', '--lightningd', lightningd], env));
    const down = await timed(() => lnPlay(['down'], env));
    return { up, down };
  } finally {
    await lnPlay(['destroy', '--yes'], env);
    removeTemporary(dir);
  }
}
