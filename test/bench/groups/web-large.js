import { Playground } from '../../../dist/index.js';
import { findByArgument } from '../../../dist/process/table.js';
import { NO_BROWSER, launchBrowser, openWindow } from '../lib/browser.js';
import { residentMb } from '../lib/processes.js';
import { NO_CLN, lightningds, lnPlay } from '../lib/programs.js';
import { median } from '../lib/samples.js';

/** So many nodes: LN_PLAY_BENCH_NODES=10 for others. */
const NODES = Number(process.env.LN_PLAY_BENCH_NODES ?? 50);
const TRAFFIC = ['--for', '60s', '--rate', '20'];
/** A frame that takes longer is one that an eye misses, in ms: less than 30 a second. */
const LATE_MS = 33.4;
const MB = 1 << 20;

/** A page of a large network while payments go on in it: how smooth it is, and what it and the server take in the end. */
export async function* measure() {
  const browser = await launchBrowser();
  if (!browser) return yield { what: 'all of it', skipped: NO_BROWSER };
  try {
    const { cln, embedded } = await lightningds();
    for (const [kind, lightningd] of Object.entries({ embedded, cln }))
      if (lightningd) yield* measureKind(kind, lightningd, browser);
      else yield { what: kind, skipped: NO_CLN };
  } finally {
    await browser.close();
  }
}

async function* measureKind(kind, lightningd, browser) {
  const playground = await Playground.start({ lightningd, network: network(NODES) });
  try {
    const env = { LN_PLAY_DIR: playground.dir };
    const page = await openWindow(browser);
    const { url } = JSON.parse(await lnPlay(['web', '--json', '--no-open'], env));
    await page.goto(url, { waitUntil: 'commit' });
    const all = playground.nodes.map(({ name }) => `[data-node=${name}]`);
    await page.evaluate((drawn) => whenPainted(...drawn), all);
    const [{ pid }] = findByArgument(`--background-of=${playground.dir}`);
    const memory = async () => ({ page: await heapMb(page), server: residentMb(pid) });

    const before = await memory();
    await page.evaluate(countFrames);
    const { paid, failed } = JSON.parse(await lnPlay(['traffic', '--json', '--quiet', ...TRAFFIC], env));
    const frames = await page.evaluate('frames');
    console.error(`${kind}: ${paid} payments arrived, ${failed} failed`);
    const after = await memory();

    const what = (part) => `${NODES} nodes: ${part}, ${kind}`;
    const late = frames.filter((ms) => ms > LATE_MS).length / frames.length;
    yield { what: what('a frame'), samples: frames, goal: 17 };
    yield { what: what('frames a second'), samples: [1_000 / median(frames)], unit: '/s' };
    yield { what: what('frames that are late'), samples: [late * 100], unit: '%', goal: 5 };
    for (const part of ['page', 'server']) {
      const baseline = { name: 'before', samples: [before[part]] };
      yield { what: what(`memory of the ${part}`), samples: [after[part]], unit: 'MB', baseline };
    }
  } finally {
    await playground.dispose();
  }
}

/** A ring of nodes, and half of them have a channel to the one across it, too. */
function network(count) {
  const name = (index) => `n${(index % count) + 1}`;
  const all = Array.from({ length: count }, (_, index) => index);
  const across = all.slice(0, count / 2).map((index) => [index, index + Math.floor(count / 2)]);
  const pairs = [...all.map((index) => [index, index + 1]), ...across];
  return {
    nodes: Object.fromEntries(all.map((index) => [name(index), {}])),
    channels: pairs.map(([from, to]) => ({ from: name(from), to: name(to), capacity: '0.1btc' })),
  };
}

/** Runs in the page: `frames` are the times between two, in ms, from now on. */
function countFrames() {
  const frames = (globalThis.frames = []);
  let last = performance.now();
  const count = (now) => {
    frames.push(now - last);
    last = now;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
}

/** What a page's scripts hold that is not to be collected. */
async function heapMb(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  return metrics.find(({ name }) => name === 'JSHeapUsedSize').value / MB;
}
