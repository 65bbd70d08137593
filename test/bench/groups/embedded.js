import { fundChannel, waitForBothEnds } from '../../../dist/network/channels.js';
import { Playground } from '../../../dist/index.js';
import { mapKinds, withPairs } from '../lib/pairs.js';
import { payment, payments } from '../lib/payments.js';
import { NO_CLN, lightningds } from '../lib/programs.js';
import { baselineOf, inTurns, samplesOf, timed } from '../lib/samples.js';
import { removeTemporary, temporaryFolder } from '../lib/temporary.js';

const AT_ONCE = 50;

/** What the embedded lightningd takes for each thing, beside Core Lightning. */
export async function* measure({ runs }) {
  const { cln } = await lightningds();
  const row = function* (what, goal, results) {
    const baseline = baselineOf('cln', results.cln);
    yield { what, ...samplesOf(results.embedded), goal, baseline };
    if (!cln) yield { what: `${what}, cln`, skipped: NO_CLN };
  };
  yield* row('a fresh node, to its answer', 800, await freshStarts(runs ?? 5));
  yield* await withPairs(async (pairs) => [
    ...row('a node started again, to its answer', 800, await inTurns(runs ?? 7, mapKinds(pairs, startAgain))),
    ...row('a payment', 60, await inTurns(runs ?? 60, each(pairs, payment))),
    ...row(
      `${AT_ONCE} payments at once`,
      1000,
      await inTurns(
        runs ?? 5,
        each(pairs, (pair) => payments(AT_ONCE, pair)),
      ),
    ),
    ...row('block to channel normal', 150, await inTurns(runs ?? 9, each(pairs, blockToNormal))),
  ]);
}

const each = (pairs, body) => mapKinds(pairs, (pair) => () => body(pair));

async function freshStarts(runs) {
  const measures = mapKinds(await lightningds(), (lightningd) => lightningd && (() => freshStart(lightningd)));
  return await inTurns(runs, measures);
}

async function freshStart(lightningd) {
  const dir = temporaryFolder();
  await Playground.up({ dir, lightningd });
  const { playground } = await Playground.up({ dir, nodes: 3 });
  try {
    return stepOf(playground, 'start l3');
  } finally {
    await playground.destroy();
    removeTemporary(dir);
  }
}

const startAgain =
  ({ playground, l1 }) =>
  async () => {
    await playground.restart(l1.name);
    await playground.settle();
    await playground.connect(l1, playground.nodes[1]);
    return stepOf(playground, `start ${l1.name}`);
  };

/** The latest step of this name. */
const stepOf = ({ steps }, name) => steps.done.findLast((step) => step.name === name).ms;

async function blockToNormal({ playground, l1, l2 }) {
  const { bitcoind, faucet } = playground;
  const funded = await fundChannel(bitcoind, l2, l1, { capacitySat: 1_000_000n, feerate: '253perkw' });
  const address = await faucet.address();
  return await timed(async () => {
    await bitcoind.rpc.call('generatetoaddress', [1, address]);
    await waitForBothEnds(l2, l1, funded);
  });
}
