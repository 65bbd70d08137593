import { setTimeout as delay } from 'node:timers/promises';
import { Playground } from '../../../dist/index.js';
import { findByArgument } from '../../../dist/process/table.js';
import { NO_BROWSER, launchBrowser, openWindow } from '../lib/browser.js';
import { payment } from '../lib/payments.js';
import { cpuMs, residentMb } from '../lib/processes.js';
import { NO_CLN, lightningds, lnPlay } from '../lib/programs.js';
import { baselineOf, inTurns, samplesOf } from '../lib/samples.js';

/** Two nodes and a channel, in the words of a network file. */
const NETWORK = { nodes: { l1: {}, l2: {} }, channels: [{ from: 'l2', to: 'l1', capacity: '0.1btc' }] };
const ALL_DRAWN = ['[data-node=l1]', '[data-node=l2]', '[data-channel]'];
/** An address that nobody has the key of. */
const NOBODY = 'bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202';
/** How long the server is looked at while nothing happens, and how long after something has it is all told, both in ms. */
const WINDOW_MS = 20_000;
const REST_MS = 1_500;

/** What `ln-play web` shows, and how soon: a network of two nodes in a headless browser that runs already. */
export async function* measure({ runs = 7 }) {
  const browser = await launchBrowser();
  if (!browser) return yield { what: 'all of it', skipped: NO_BROWSER };
  try {
    for (const [kind, lightningd] of Object.entries(await lightningds()))
      if (lightningd) yield* measureKind(kind, lightningd, browser, runs);
      else yield { what: kind, skipped: NO_CLN };
  } finally {
    await browser.close();
  }
}

async function* measureKind(kind, lightningd, browser, runs) {
  const playground = await Playground.start({ lightningd, network: NETWORK });
  try {
    const [l1, l2] = playground.nodes;
    const web = (...args) => lnPlay(['web', ...args], { LN_PLAY_DIR: playground.dir });
    const open = async () => {
      const page = await openWindow(browser);
      const from = Date.now();
      const { url } = JSON.parse(await web('--json', '--no-open'));
      await page.goto(url, { waitUntil: 'commit' });
      const to = await page.evaluate((drawn) => whenPainted(...drawn), ALL_DRAWN);
      return { page, ms: to - from };
    };
    const close = async (page) => await page.context().close();

    const { first } = await inTurns(runs, {
      first: async () => {
        await web('--stop');
        const { page, ms } = await open();
        await close(page);
        return ms;
      },
    });
    yield { what: `command to picture, ${kind}`, ...samplesOf(first), goal: 1000 };

    const { page } = await open();
    await page.getByText('live', { exact: true }).waitFor();
    await delay(REST_MS); // nodes tell what happens once they run our plugin
    const rested = (measured) => async () => (await delay(REST_MS), await measured());
    const results = await inTurns(runs, {
      block: rested(() => blockToPixel(playground, page)),
      flight: rested(() => paymentToPixel(l1, l2, page)),
      click: rested(() => clickToPaid(l1, page)),
      rpc: rested(() => payment({ l1, l2 })),
    });
    yield { what: `block to pixel, ${kind}`, ...samplesOf(results.block), goal: 100 };
    yield { what: `payment to pixel, ${kind}`, ...samplesOf(results.flight), goal: 100 };
    const baseline = baselineOf('by RPC', results.rpc);
    yield { what: `click on pay to paid, ${kind}`, ...samplesOf(results.click), baseline, addsGoal: 150 };

    const [{ pid }] = findByArgument(`--background-of=${playground.dir}`);
    const watched = await idle(pid);
    await close(page);
    const alone = await idle(pid);
    yield { what: `server's cpu, ${kind}`, samples: [alone.cpu], unit: '%', goal: 1 };
    yield { what: `server's cpu, a page open, ${kind}`, samples: [watched.cpu], unit: '%', goal: 1 };
    yield { what: `server's memory, ${kind}`, samples: [alone.mb], unit: 'MB', goal: 70 };
  } finally {
    await playground.dispose();
  }
}

/** A block that somebody else makes, until its height has been painted. */
async function blockToPixel({ bitcoind }, page) {
  const height = (await bitcoind.rpc.call('getblockcount')) + 1;
  const painted = page.evaluate((selector) => whenPainted(selector), `[aria-label*="height ${height},"]`);
  const from = Date.now();
  await bitcoind.rpc.call('generatetoaddress', [1, NOBODY]);
  return (await painted) - from;
}

/** A payment that somebody else makes, until its way has been painted for the first time. */
async function paymentToPixel(l1, l2, page) {
  const { bolt11, payment_hash } = await l1.rpc.call('invoice', { amount_msat: 10_000, ...unique() });
  const painted = page.evaluate((selector) => whenPainted(selector), `[data-flight="${payment_hash}"]`);
  const from = Date.now();
  await l2.rpc.call('pay', { bolt11 });
  return (await painted) - from;
}

/** The click on a form that is filled in, until its result has been painted. */
async function clickToPaid(l1, page) {
  const { bolt11 } = await l1.rpc.call('invoice', { amount_msat: 10_000, ...unique() });
  await page.locator('body').press('Control+k');
  await page.getByRole('combobox', { name: 'What to do' }).fill('pay');
  await page.locator('#found-0').waitFor();
  await page.keyboard.press('Enter');
  const form = page.getByRole('form', { name: 'pay', exact: true });
  await form.getByLabel('node').selectOption('l2');
  await form.getByLabel('bolt11').fill(bolt11);
  const ms = await form.getByRole('button', { name: 'Run' }).evaluate(async (button) => {
    const from = Date.now();
    button.click();
    return (await whenPainted('form .result')) - from;
  });
  await form.getByRole('button', { name: 'Close' }).click();
  return ms;
}

let made = 0;
const unique = () => ({ label: `bench ${++made}`, description: 'bench' });

/** What the server takes while nothing happens. */
async function idle(pid) {
  await delay(REST_MS);
  const before = cpuMs(pid);
  const from = performance.now();
  await delay(WINDOW_MS);
  return { cpu: ((cpuMs(pid) - before) / (performance.now() - from)) * 100, mb: residentMb(pid) };
}
