import { Playground } from '../../../dist/index.js';
import { NO_CLN, lightningds, lnPlay } from '../lib/programs.js';
import { pssBelow } from '../lib/pss.js';
import { baselineOf, inTurns, samplesOf, timed } from '../lib/samples.js';
import { removeTemporary, temporaryFolder } from '../lib/temporary.js';

const SIZES = [2, 10, 25, 50];
const KINDS = ['cln', 'embedded'];
/** A hub and nine others. */
const STAR = network(
  10,
  Array.from({ length: 9 }, (_, index) => [0, index + 1]),
);

/** Networks with channels that all can pay through: how long they take as they grow, and what they hold. */
export async function* measure({ runs }) {
  const programs = await lightningds();
  for (const kind of KINDS.filter((each) => !programs[each])) yield { what: `all of it, ${kind}`, skipped: NO_CLN };
  const kinds = KINDS.filter((kind) => programs[kind]);
  const perKind = (name, body) =>
    Object.fromEntries(kinds.map((kind) => [`${name} ${kind}`, () => body(programs[kind])]));

  const starRuns = runs ?? 3;
  const stars = await inTurns(starRuns, {
    ...perKind('bare', (lightningd) => up(lightningd, '--nodes', '10')),
    ...perKind('star', (lightningd) => up(lightningd, '--topology', 'star:10')),
  });
  for (const kind of kinds) {
    const baseline = baselineOf('up --nodes 10', stars[`bare ${kind}`]);
    const what = `up --topology star:10, ${kind}`;
    yield { what, ...samplesOf(stars[`star ${kind}`]), baseline, ratioGoal: kind === 'cln' ? 1.3 : undefined };
  }

  for (const kind of kinds) await (await Playground.start({ lightningd: programs[kind], network: STAR })).dispose(); // the image
  const warm = await inTurns(starRuns, {
    ...perKind('bare', (lightningd) => start({ lightningd, nodes: 10, cold: true })),
    ...perKind('star', (lightningd) => start({ lightningd, network: STAR })),
  });
  for (const kind of kinds) {
    const baseline = baselineOf('ten bare nodes', warm[`bare ${kind}`], 'ms');
    yield {
      what: `ten nodes and a star of channels, warm, ${kind}`,
      ...samplesOf(warm[`star ${kind}`], 'ms'),
      baseline,
      ratioGoal: 1.1,
    };
  }

  for (const kind of kinds) {
    let before;
    for (const size of SIZES) {
      const spec = network(size, ringWithChords(size));
      const results = await inTurns(runs ?? 1, {
        it: () => start({ lightningd: programs[kind], network: spec, cold: true }),
      });
      const what = `${size} nodes and ${spec.channels.length} channels, ${kind}`;
      const perNode = Array.isArray(results.it) && results.it.map(({ ms }) => ms / size);
      yield { what, ...samplesOf(results.it, 'ms') };
      if (!perNode) continue;
      yield {
        what: `${what}: for each node`,
        samples: perNode,
        ...(size > 10 && before && { baseline: before, ratioGoal: 1 }),
      };
      yield { what: `${what}: memory`, ...samplesOf(results.it, 'mb'), unit: 'MB' };
      if (size === 10) before = { name: 'of ten', samples: perNode };
    }
  }
}

/** Three channels for two nodes, as in a network that was not made for a picture. */
function ringWithChords(size) {
  if (size === 2) return [[0, 1]];
  const ring = Array.from({ length: size }, (_, index) => [index, (index + 1) % size]);
  const chords = Array.from({ length: Math.floor(size / 2) }, (_, index) => [index, index + Math.floor(size / 2)]);
  return [...ring, ...chords];
}

function network(size, edges) {
  const name = (index) => `l${index + 1}`;
  const nodes = Object.fromEntries(Array.from({ length: size }, (_, index) => [name(index), {}]));
  const channels = edges.map(([from, to]) => ({ from: name(from), to: name(to), capacity: 1_000_000 }));
  return { nodes, channels };
}

async function start(options) {
  let playground;
  const ms = await timed(async () => (playground = await Playground.start(options)));
  const mb = pssBelow(playground.dir);
  await playground.dispose();
  return { ms, mb };
}

async function up(lightningd, ...args) {
  const dir = temporaryFolder();
  const env = { LN_PLAY_DIR: dir };
  try {
    return await timed(() => lnPlay(['up', '--cold', ...args, '--lightningd', lightningd], env));
  } finally {
    await lnPlay(['destroy', '--yes'], env);
    removeTemporary(dir);
  }
}
