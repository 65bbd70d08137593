/** Takes docs/web.png: the page of a network in which a payment is on its way. It needs a Chromium. usage: node scripts/picture-web.js */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'ln-play-'));
const dir = join(folder, 'shop');

async function lnPlay(...args) {
  const command = [join(root, 'bin/ln-play.js'), ...args, '--json', '--dir', dir];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: folder });
  return JSON.parse(stdout);
}

/** Pays from one to another, and returns at once. */
async function pay(from, to, amount) {
  const { bolt11 } = await lnPlay('invoice', to, amount);
  return { paid: lnPlay('pay', from, bolt11) };
}

let browser;
try {
  await lnPlay('up', join(root, 'templates/networks/ring-unequal-fees.yaml'), '--lightningd', 'embedded');
  const { url } = await lnPlay('web', '--no-open');
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' });
  await page.goto(url);
  const { nodes } = await lnPlay('status');
  const names = nodes.map(({ name }) => name);
  const [first, second, third] = names;
  await lnPlay('mine', '2');
  await (
    await pay(second, first, '30000sat')
  ).paid;
  await page.getByText(`${second} has paid ${first}`).waitFor();
  await page.waitForTimeout(4000); // until it has been drawn to its end
  const last = await pay(first, third, '45000sat');
  await page.locator('[data-phase=out]').first().waitFor({ state: 'attached' });
  await page.waitForTimeout(900); // on its way
  await page.screenshot({ path: join(root, 'docs/web.png') });
  await last.paid;
} finally {
  await browser?.close();
  await lnPlay('destroy', '--yes').catch(() => {}); // it was never made
  await rm(folder, { recursive: true, force: true });
}
