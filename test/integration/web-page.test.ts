import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { describeInBrowser, eventually, useBrowser, type Window } from './browser.js';
import { describeEach, runCli, runJson, useTemporaryFolder } from './support.js';

const EVIL = '<img src=x onerror=alert(1)>';

describeEach((_, { flags }) => {
  describeInBrowser('the page', () => {
    const folder = useTemporaryFolder();
    const { open } = useBrowser();
    let dir: string;
    const windows: Window[] = [];

    const json = <T = Record<string, unknown>>(...args: string[]): Promise<T> =>
      runJson<T>(args, { env: { LN_PLAY_DIR: dir }, timeoutMs: 90_000 });
    const link = async (...args: string[]): Promise<string> =>
      (await json<{ url: string }>('web', '--no-open', ...args)).url;

    /** A window that has drawn the network. */
    async function openPage(options?: Parameters<typeof open>[1]): Promise<Page> {
      const window = await open(await link(), options);
      windows.push(window);
      await window.page.locator('[data-node=l1]').waitFor();
      await window.page.getByText('live', { exact: true }).waitFor();
      return window.page;
    }

    beforeAll(async () => {
      dir = `${folder.path}/p`;
      await json('up', '--topology', 'line:4', '--capacity', '0.05btc', '--option', `l3:alias=${EVIL}`, ...flags);
      return async () => void (await runCli(['destroy', '--yes', '--dir', dir]));
    });

    afterEach(async () => {
      const all = windows.splice(0);
      await Promise.all(all.map(({ context }) => context.close()));
      expect(all.flatMap(({ complaints }) => complaints)).toEqual([]);
    });

    const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
    const nodeMark = (page: Page, name: string) => page.locator(`[data-node=${name}]`);
    const labelOf = async (page: Page, name: string) => (await nodeMark(page, name).getAttribute('aria-label')) ?? '';

    /** Types a command's name into the palette. */
    async function choose(page: Page, command: string): Promise<void> {
      await page.locator('body').press('Control+k');
      await page.getByRole('combobox', { name: 'What to do' }).fill(command);
      await page.locator('#found-0').waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('form', { name: command }).waitFor();
    }

    test('shows nodes, channels with both balances, and the chain', async () => {
      const page = await openPage();
      expect(await page.locator('[data-node]').count()).toBe(4);
      expect(await page.locator('[data-channel]').count()).toBe(3);
      expect(await labelOf(page, 'l1')).toContain('running');
      const channel = await page.locator('[data-channel]').first().getAttribute('aria-label');
      expect(channel).toMatch(/l\d has [\d\u202f.]+ sat, l\d has [\d\u202f.]+ sat/);
      const { bitcoind } = await json<{ bitcoind: { blocks: number } }>('status');
      await button(page, `bitcoind, running: height ${bitcoind.blocks}, 0 transactions wait`).waitFor();
      expect(new URL(page.url()).search).toBe(''); // the token is in no address any more
    });

    test('draws a payment over three hops along its way, and then as arrived', async () => {
      const page = await openPage();
      const { bolt11, payment_hash } = await json<{ bolt11: string; payment_hash: string }>(
        'invoice',
        'l4',
        '12345sat',
        'tea',
      );
      const flight = page.locator(`[data-flight="${payment_hash}"]`);
      const paid = json('pay', 'l1', bolt11);
      await eventually(() => flight.getAttribute('data-phase').catch(() => null)).toBe('out');
      expect((await flight.locator('path').getAttribute('d'))!.match(/M/g)!.length).toBeGreaterThan(0);
      await paid;
      await eventually(() => flight.getAttribute('data-phase')).toBe('back');
      expect(await flight.getAttribute('data-outcome')).toBe('complete');
      expect((await flight.locator('text').textContent())!.replaceAll('\u202f', '')).toBe('✓ 12345 sat');
      await flight.waitFor({ state: 'detached' });

      await page
        .getByRole('listitem')
        .filter({ hasText: 'l1 has paid l4' })
        .first()
        .getByRole('button')
        .first()
        .click();
      await button(page, 'This payment on all nodes').click();
      const panel = page.getByRole('region', { name: 'About the payment' });
      for (const name of ['l1', 'l4']) await panel.getByRole('heading', { name, exact: true }).waitFor();
      expect(await panel.textContent()).toContain(payment_hash);
    });

    test('lists what happened before it was opened, and draws nothing of that', async () => {
      await openPage(); // so that somebody listens
      const { bolt11 } = await json<{ bolt11: string }>('invoice', 'l2', '321sat', 'of before');
      await json('pay', 'l1', bolt11);
      const page = await openPage();
      await page.getByRole('listitem').filter({ hasText: 'l1 has paid l2 321sat' }).first().waitFor();
      expect(await page.locator('[data-flight]').count()).toBe(0);
    });

    test('has channels opened by drawing them, and pays what is picked', async () => {
      const page = await openPage();
      await nodeMark(page, 'l1').locator('.disc').hover();
      await nodeMark(page, 'l1').locator('.handle').hover();
      await page.mouse.down();
      const { x, y, width } = (await nodeMark(page, 'l3').locator('.disc').boundingBox())!;
      await page.mouse.move(x + width / 2, y + width / 2, { steps: 8 });
      await page.mouse.up();
      const form = page.getByRole('form', { name: 'open' });
      await form.getByLabel('amount').fill('0.02btc');
      await form.getByText('ln-play open l1 l3 0.02btc').waitFor();
      await button(page, 'Run').click();
      await eventually(() => page.locator('[data-channel]').count()).toBe(4);
      await button(page, 'Run again').waitFor();
      await form.getByRole('button', { name: 'Close' }).click();

      const { bolt11 } = await json<{ bolt11: string }>('invoice', 'l3', '777sat', 'shoes');
      await choose(page, 'pay');
      const pay = page.getByRole('form', { name: 'pay', exact: true });
      await pay.getByLabel('node').selectOption('l1');
      await pay.getByLabel('Open invoices').selectOption(bolt11);
      await button(page, 'Run').click();
      await page.getByRole('listitem').filter({ hasText: 'l1 has paid l3 777sat' }).first().waitFor();
    });

    test('makes an invoice that can be scanned, and says what is wrong with one that cannot be', async () => {
      const page = await openPage();
      await choose(page, 'invoice');
      const form = page.getByRole('form', { name: 'invoice' });
      await form.getByLabel('node').selectOption('l2');
      await form.getByLabel('msat').fill('ten');
      await button(page, 'Run').click();
      await form.getByRole('alert').waitFor();
      expect(await form.getByRole('alert').textContent()).toContain('ten');
      await form.getByLabel('msat').fill('10sat');
      await button(page, 'Run').click();
      await form.getByRole('img', { name: 'The invoice as a QR code' }).waitFor();
      expect(await form.textContent()).toMatch(/lnbcrt100n/);
    });

    test('calls any method in a console, completed as one types', async () => {
      const page = await openPage();
      await page.locator('body').press('/');
      await page.getByRole('combobox', { name: 'What to do' }).fill('console l1');
      await page.keyboard.press('Enter');
      const console_ = page.getByRole('region', { name: 'RPC console of l1' });
      await console_.getByLabel('Method', { exact: true }).fill('listpeerch');
      await page.getByRole('option', { name: /^listpeerchannels/ }).waitFor();
      await page.keyboard.press('Enter');
      await console_.getByLabel('short_channel_id').waitFor();
      await console_.getByRole('button', { name: 'Call' }).click();
      await console_.getByText('channels', { exact: true }).waitFor();
      await console_.getByLabel('Method', { exact: true }).fill('no-such-method');
      await console_.getByRole('button', { name: 'Call' }).click();
      await console_.getByRole('alert').waitFor();
      expect(await console_.getByRole('alert').textContent()).toContain('no-such-method');
    });

    test('shows all of a node, and its log as it is written', async () => {
      const page = await openPage();
      await nodeMark(page, 'l2').locator('.disc').click();
      const panel = page.getByRole('tabpanel');
      await panel.getByText('lightning-cli', { exact: true }).waitFor();
      const isThere: Readonly<Record<string, RegExp>> = {
        Channels: /CHANNELD_NORMAL/,
        Wallet: /confirmed/,
        Forwards: /settled|nothing has gone through/i,
        Peers: /yes/,
        Config: /lightning-dir/,
        Processes: /a lightning node/,
        Log: /\d\d:\d\d:\d\d/,
      };
      for (const [tab, text] of Object.entries(isThere)) {
        await page.getByRole('tab', { name: tab }).click();
        await eventually(() => panel.textContent()).toMatch(text);
      }
    });

    test('shows what a node calls itself as text', async () => {
      const page = await openPage();
      let isFooled = false;
      page.on('dialog', (dialog) => {
        isFooled = true;
        void dialog.dismiss();
      });
      await nodeMark(page, 'l3').locator('.disc').click();
      await page.getByRole('tabpanel').getByText(EVIL, { exact: true }).waitFor();
      expect(await page.locator('img[src=x]').count()).toBe(0);
      expect(isFooled).toBe(false);
    });

    test('stays as it is over a reload, where nodes were moved to as well', async () => {
      const page = await openPage();
      const at = (name: string) => nodeMark(page, name).locator('.disc').boundingBox();
      const before = (await at('l2'))!;
      await page.mouse.move(before.x + 20, before.y + 20);
      await page.mouse.down();
      await page.mouse.move(before.x + 80, before.y + 70, { steps: 5 });
      await page.mouse.up();
      const places = await page.evaluate(
        'localStorage.getItem(Object.keys(localStorage).find((key) => key.includes("places")))',
      );
      await nodeMark(page, 'l1').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'l1', exact: true }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'l1', exact: true }).waitFor();
      expect(
        await page.evaluate('localStorage.getItem(Object.keys(localStorage).find((key) => key.includes("places")))'),
      ).toBe(places);
    });

    test('sees a node die under it, and come back; two windows see the same', async () => {
      const [one, two] = [await openPage(), await openPage({ colorScheme: 'dark', reducedMotion: 'reduce' })];
      await nodeMark(one, 'l4').locator('.disc').click();
      await json('crash', 'l4');
      for (const page of [one, two]) await eventually(() => labelOf(page, 'l4')).toContain('dead');
      await nodeMark(two, 'l4').click({ button: 'right' });
      await two.getByRole('menuitem', { name: 'Start again' }).click();
      await two.getByText('ln-play restart l4').first().waitFor();
      await button(two, 'Run').click();
      for (const page of [one, two]) await eventually(() => labelOf(page, 'l4')).toContain('running');
    });

    test('is worked by keyboard alone', async () => {
      const page = await openPage();
      const { bitcoind } = await json<{ bitcoind: { blocks: number } }>('status');
      await choose(page, 'mine');
      await page.keyboard.type('2');
      await page.keyboard.press('Enter');
      await button(page, `bitcoind, running: height ${bitcoind.blocks + 2}, 0 transactions wait`).waitFor();
      await page.keyboard.press('Escape');
      await eventually(() => page.getByRole('form').count()).toBe(0);

      await nodeMark(page, 'l1').focus();
      await page.keyboard.press('m');
      await eventually(() => page.evaluate('document.activeElement.textContent')).toBe('Show');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Escape');
      await eventually(() => page.evaluate('document.activeElement.getAttribute("data-node")')).toBe('l1');
    });

    test('saves the playground, and asks before it goes back to what was saved', async () => {
      const page = await openPage();
      await button(page, 'Save a snapshot').click();
      const save = page.getByRole('form', { name: 'snapshot save' });
      await save.getByLabel('snapshot-name').fill('before');
      await button(page, 'Run').click();
      const point = page.getByRole('list', { name: 'Snapshots' }).getByText('before');
      await point.waitFor();
      await button(page, 'Run again').waitFor();
      await save.getByRole('button', { name: 'Close' }).click();
      const { bitcoind } = await json<{ bitcoind: { blocks: number } }>('mine', '3').then(() =>
        json<{ bitcoind: { blocks: number } }>('status'),
      );
      await point.click();
      const restore = page.getByRole('form', { name: 'snapshot restore' });
      await button(page, 'Run').click();
      await restore.getByRole('alert').waitFor();
      expect((await json<{ bitcoind: { blocks: number } }>('status')).bitcoind.blocks).toBe(bitcoind.blocks);
      await button(page, 'Yes, snapshot restore').click();
      await eventually(
        async () => (await json<{ bitcoind: { blocks: number } }>('status').catch(() => undefined))?.bitcoind.blocks,
      ).toBe(bitcoind.blocks - 3);
      await eventually(() => page.getByText('live', { exact: true }).count()).toBe(1);
    });

    test('has nothing that keeps somebody from using it, in light and dark', async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await openPage({ colorScheme });
        expect(await problems(page), `the network, ${colorScheme}`).toEqual([]);
        await nodeMark(page, 'l1').focus();
        await page.keyboard.press('Enter');
        await page.getByRole('tabpanel').getByText('getinfo').first().waitFor();
        expect(await problems(page), `a node, ${colorScheme}`).toEqual([]);
        await page.getByRole('tab', { name: 'Channels' }).click();
        expect(await problems(page), `a table, ${colorScheme}`).toEqual([]);
        await choose(page, 'open');
        expect(await problems(page), `a form, ${colorScheme}`).toEqual([]);
        await page.keyboard.press('Escape');
        await page.locator('body').press('/');
        await page.locator('#found-0').waitFor();
        expect(await problems(page), `the palette, ${colorScheme}`).toEqual([]);
      }
    });

    test('fits on a telephone', async () => {
      const page = await openPage({ viewport: { width: 360, height: 740 } });
      const width = () => page.evaluate('document.scrollingElement.scrollWidth');
      expect(await width()).toBe(360);
      await nodeMark(page, 'l1').locator('.disc').click();
      await page.getByRole('tabpanel').getByText('getinfo').first().waitFor();
      expect(await width()).toBe(360);
      await page.getByRole('complementary').getByRole('button', { name: 'Close' }).click();
      await choose(page, 'open');
      expect(await width()).toBe(360);
    });

    test('says that ln-play is gone, and goes on once it is back', async () => {
      const page = await openPage();
      await json('web', '--stop');
      await page.getByText(/does not answer any more/).waitFor();
      expect(await page.locator('[data-node]').count()).toBe(4); // what was last seen stays
      const { port } = await json<{ port: number }>('web', '--no-open', '--port', new URL(page.url()).port);
      expect(String(port)).toBe(new URL(page.url()).port);
      await page.getByText(/does not answer any more/).waitFor({ state: 'detached' });
    });

    test('only shows, where it is to only show', async () => {
      await json('web', '--stop');
      const window = await open(await link('--read-only'));
      windows.push(window);
      const { page } = window;
      await page.getByText('read-only').waitFor();
      expect(await button(page, 'Save a snapshot').count()).toBe(0);
      await nodeMark(page, 'l1').click({ button: 'right' });
      expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Show', 'RPC console', 'Log']);
      await json('web', '--stop');
    });
  });
});

/** What axe finds that is serious, each with the elements. */
async function problems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
