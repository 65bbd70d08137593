import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** As test/integration/browser.ts looks for it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const NO_BROWSER = 'there is no chromium on this machine';

/** @returns a browser that runs; undefined where there is none */
export async function launchBrowser() {
  const executablePath = [process.env.CHROMIUM_EXE, ...PLACES].find((path) => path !== undefined && existsSync(path));
  return executablePath && (await chromium.launch({ executablePath, args: ['--no-sandbox'] }));
}

/** An empty window, in which a page is opened that finds `whenPainted` there. */
export async function openWindow(browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(prepare);
  return await context.newPage();
}

/** Runs in the page: `whenPainted(selector…)` resolves to the time, by Date.now(), at which all of these had been painted. */
function prepare() {
  globalThis.whenPainted = (...selectors) =>
    new Promise((resolve) => {
      const look = () => {
        if (!selectors.every((selector) => document.querySelector(selector))) return;
        observer.disconnect();
        // a frame's callbacks run just before it is painted, and a timer that they set after that
        requestAnimationFrame(() => setTimeout(() => resolve(Date.now())));
      };
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, attributes: true });
      look();
    });
}
