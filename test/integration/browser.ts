import { access } from 'node:fs/promises';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const found = await firstThere([process.env['CHROMIUM_EXE'], ...PLACES].filter((path) => path !== undefined));

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths)
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  return undefined;
}

/** Runs a suite in a browser; where there is none it is skipped, and the end of the run says so. */
export function describeInBrowser(name: string, suite: () => void): void {
  if (found === undefined)
    describe.skip(`${name} (skipped: no chromium in ${PLACES.join(', ')} or CHROMIUM_EXE)`, suite);
  else describe(name, suite);
}

/** A window of a browser, and what went wrong in it: errors of scripts, and what the page was not allowed. */
export interface Window {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: readonly string[];
}

/** A browser for a suite. Called after the suite's folder, so that it is gone before that is looked at. */
export function useBrowser(): { open: (url: string, options?: BrowserContextOptions) => Promise<Window> } {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: found!, args: ['--no-sandbox'] });
    return async () => await browser.close();
  });
  return {
    async open(url, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      const complaints: string[] = [];
      page.on('pageerror', ({ message }) => complaints.push(message));
      page.on('console', (message) => {
        // who is not answered sees that in the console, whatever the page makes of it
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          complaints.push(message.text());
      });
      await page.goto(url);
      return { page, context, complaints };
    },
  };
}

/** Waits until something of a page is as it should be. */
export const eventually = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { timeout: 30_000, interval: 50 });
