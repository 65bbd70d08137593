import { Playground } from '../../../dist/index.js';
import { NO_CLN, lightningds } from '../lib/programs.js';
import { baselineOf, inTurns, samplesOf } from '../lib/samples.js';

const COUNT = 100;
const LINE = {
  nodes: { alice: {}, bob: {}, carol: {} },
  channels: [
    { from: 'alice', to: 'bob', capacity: '0.1btc' },
    { from: 'bob', to: 'carol', capacity: '0.1btc' },
  ],
};
const BUSY = [{ from: 'alice', to: 'carol', amountMsat: 10_000n, everyMs: 0 }];

/** How many payments a second go over a line of three nodes, as fast as twenty at once allow. */
export async function* measure({ runs = 3 }) {
  const { cln, embedded } = await lightningds();
  const playgrounds = {
    cln: cln && (await Playground.start({ network: LINE, lightningd: cln })),
    embedded: await Playground.start({ network: LINE, lightningd: embedded }),
  };
  try {
    const results = await inTurns(runs, {
      cln: cln && (() => perSecond(playgrounds.cln)),
      embedded: () => perSecond(playgrounds.embedded),
    });
    const what = `payments a second over a line of three`;
    yield { what: `${what}, cln`, unit: '/s', ...(cln ? samplesOf(results.cln) : { skipped: NO_CLN }) };
    const baseline = cln && baselineOf('cln', results.cln);
    yield { what: `${what}, embedded`, unit: '/s', ...samplesOf(results.embedded), baseline };
  } finally {
    await Promise.all(Object.values(playgrounds).map((playground) => playground?.dispose()));
  }
}

async function perSecond(playground) {
  const traffic = playground.traffic({ activities: BUSY, count: COUNT });
  for await (const payment of traffic)
    if (payment.status === 'failed') throw new Error(`a payment failed: ${payment.reason}`);
  return (COUNT * 1000) / traffic.stats.summary().elapsedMs;
}
