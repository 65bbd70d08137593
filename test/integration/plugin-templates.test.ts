import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newPlugin, type Scaffold } from '../../src/plugins/scaffold/scaffold.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { usePlayground } from './plugin-support.js';
import { TOOLCHAINS } from './plugin-toolchains.js';
import { describeEach } from './support.js';

const run = promisify(execFile);

describeEach((_, options) => {
  const at = usePlayground(options);

  beforeAll(async () => {
    const [l1, l2] = at.playground.nodes;
    await at.playground.fundAndChannel({ from: l2, to: l1 });
  });

  /** Makes a plugin of a template, and starts it on a node. */
  const start = async (template: string, node = 'l1', ...values: readonly string[]): Promise<Scaffold> => {
    const made = await newPlugin(join(at.folder, `my-${template}`), template);
    await at.ok('plugin', 'start', node, made.executable, ...values);
    return made;
  };

  const log = async (node = 'l1'): Promise<string> => await readFile(join(at.playground.dir, node, 'log'), 'utf8');

  test.each(['javascript', 'typescript'])('%s greets, and is told who connects', async (template) => {
    const { executable } = await start(template, 'l1', 'greeting=Ciao');
    expect(await at.cli('l1', 'hello', 'Rusty')).toEqual({ greeting: 'Ciao Rusty' });
    const { id } = (await at.cli('l2', 'getinfo')) as { id: string };
    await at.ok('cli', 'l1', 'disconnect', id, 'true');
    await waitFor('the plugin to be told', async () =>
      (await log()).includes(`disconnected from ${id}`) ? { done: true } : { seen: 'not yet' },
    );
    await at.ok('plugin', 'stop', 'l1', executable);
    await at.ok('connect', 'l2', 'l1');
  });

  test.for(Object.keys(TOOLCHAINS))(
    '%s is built, passes its own tests, and greets',
    { timeout: 900_000 },
    async (template, { skip }) => {
      const made = await newPlugin(join(at.folder, `my-${template}`), template);
      const whyNot = await TOOLCHAINS[template]!(made.folder).then(() => undefined, String);
      skip(whyNot !== undefined, `what ${template} needs cannot be had: ${whyNot}`);
      for (const command of [made.build, made.test])
        if (command !== undefined) await run('/bin/sh', ['-c', command], { cwd: made.folder });
      await at.ok('plugin', 'start', 'l1', made.executable, 'greeting=Ciao');
      expect(await at.cli('l1', 'hello', 'Rusty')).toEqual({ greeting: 'Ciao Rusty' });
      expect(await at.cli('l1', 'hello', 'name=Rusty')).toEqual({ greeting: 'Ciao Rusty' });
      await at.ok('plugin', 'stop', 'l1', made.executable);
      await at.ok('plugin', 'check', made.executable);
    },
  );

  test("shell answers, and writes what it is told in the node's folder", async () => {
    const { executable } = await start('shell');
    expect(await at.cli('l1', 'dumbmethod')).toEqual({ dumb: 'answer' });
    const told = await readFile(join(at.playground.dir, 'l1', 'regtest', 'my-shell.log'), 'utf8');
    expect(told).toMatch(/"method":"getmanifest"[^]*"method":"init"[^]*"dumbmethod"/);
    await at.ok('plugin', 'stop', 'l1', executable);
  });

  test('web-invoice: each visit gives an invoice that the other node can pay', async () => {
    const { executable } = await start('web-invoice', 'l1', 'my-web-invoice-port=0');
    const { url } = (await at.cli('l1', 'my-web-invoice-url')) as { url: string };
    const [first, second] = [await visit(url), await visit(url)];
    expect(first).toMatch(/^lnbcrt240p1/);
    expect(second).not.toBe(first);
    expect(await at.cli('l2', 'pay', first)).toMatchObject({ status: 'complete', amount_msat: 24 });
    const { port } = new URL(url);
    const { stderr } = await at.fails('plugin', 'start', 'l2', executable, `my-web-invoice-port=${port}`);
    expect(stderr).toMatch(new RegExp(`port ${port} is in use`));
    await at.ok('plugin', 'stop', 'l1', executable);
  });

  test('reveal-word: getword pays for the word, and shows it', async () => {
    const { folder, executable } = await start(
      'reveal-word',
      'l1',
      'my-reveal-word-port=0',
      'my-reveal-word-word=satoshi',
    );
    await at.ok('plugin', 'start', 'l2', join(folder, 'getword.js'));
    const { url } = (await at.cli('l1', 'my-reveal-word-url')) as { url: string };
    expect(await at.cli('l2', 'getword', url)).toMatchObject({ word: 'satoshi', paid_msat: 24 });
    expect((await at.fails('cli', 'l2', 'getword', url, '23')).stdout).toMatch(/24 msat: more than 23/);
    await at.ok('plugin', 'stop', 'l1', executable);
    await at.ok('plugin', 'stop', 'l2', 'getword.js');
  });

  describe('hold-invoice', () => {
    beforeAll(async () => {
      await start('hold-invoice');
    });

    /** Makes an invoice that is held, has it paid, and waits until it is held. */
    const pay = async (label: string) => {
      const made = (await at.cli('l1', 'hold-invoice', '24msat', label, 'shoes')) as Record<string, string>;
      const payment = at.running('cli', 'l2', 'pay', made['bolt11']!);
      await waitFor('the payment to be held', async () => {
        const { held } = (await at.cli('l1', 'hold-list')) as { held: { payment_hash: string }[] };
        const there = held.some(({ payment_hash }) => payment_hash === made['payment_hash']);
        return there ? { done: true } : { seen: JSON.stringify(held) };
      });
      return { payment, hash: made['payment_hash']! };
    };

    test('settle lets the payment through', async () => {
      const { payment, hash } = await pay('settled');
      await at.cli('l1', 'settle', hash);
      const { code, stdout } = await payment.result;
      expect(code).toBe(0);
      const { payment_preimage: preimage } = JSON.parse(stdout) as { payment_preimage: string };
      expect(createHash('sha256').update(preimage, 'hex').digest('hex')).toBe(hash);
    });

    test('cancel gives it back', async () => {
      const { payment, hash } = await pay('cancelled');
      await at.cli('l1', 'cancel', hash);
      expect((await payment.result).code).toBe(1);
      const { invoices } = (await at.cli('l1', 'listinvoices', `payment_hash=${hash}`)) as { invoices: object[] };
      expect(invoices).toMatchObject([{ status: 'unpaid' }]);
    });

    test('other payments pass', async () => {
      const { bolt11 } = (await at.cli('l1', 'invoice', '24msat', 'not-held', 'shoes')) as { bolt11: string };
      expect(await at.cli('l2', 'pay', bolt11)).toMatchObject({ status: 'complete' });
    });
  });
});

const visit = async (url: string): Promise<string> => (await (await fetch(url)).text()).trim();
