import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { interrupt, untilPrinted, usePlayground } from './plugin-support.js';
import { describeEach } from './support.js';

describeEach((_, options) => {
  const at = usePlayground(options);
  let file: string;
  let count = 0;

  beforeAll(async () => {
    const [l1, l2] = at.playground.nodes;
    await at.playground.fundAndChannel({ from: l2, to: l1 });
    await at.ok('plugin', 'new', 'hold', '--template', 'hold-invoice');
    file = join(at.folder, 'hold', 'hold.js');
  });

  /** Has l2 pay an invoice that the plugin on l1 holds; returns once it is held. */
  const hold = async (): Promise<{ hash: string; paid: Promise<unknown> }> => {
    const [l1, l2] = at.playground.nodes;
    const label = `shoes-${++count}`;
    const { bolt11, payment_hash: hash } = (await l1.rpc.call('hold-invoice', ['24sat', label, 'a pair'])) as {
      bolt11: string;
      payment_hash: string;
    };
    const paid = l2.rpc.call('pay', { bolt11 }).then(
      ({ status }) => status,
      () => 'failed',
    );
    await waitFor('the payment to be held', async () => {
      const seen = JSON.stringify(await l1.rpc.call('hold-list'));
      return seen.includes(hash) ? { done: undefined } : { seen };
    });
    return { hash, paid };
  };

  test('stop refuses where a payment waits for the plugin, and stops it once nothing does', async () => {
    await at.ok('plugin', 'start', 'l1', file);
    const { hash, paid } = await hold();
    const { channels } = await at.playground.node('l1').rpc.call('listpeerchannels');
    expect(channels.flatMap(({ htlcs = [] }) => htlcs)).toMatchObject([
      { direction: 'in', payment_hash: hash, status: 'Waiting for the htlc_accepted hook of plugin hold.js' },
    ]);
    for (const command of ['stop', 'trace']) {
      const { stderr } = await at.fails('plugin', command, 'l1', command === 'stop' ? 'hold.js' : file);
      expect(stderr).toMatch(/^error: hold\.js holds 1 payment: without its answer l1 would go on as if/m);
      expect(stderr).toMatch(/^hint: settle or cancel it first/m);
    }
    await at.cli('l1', 'cancel', hash);
    expect(await paid).toBe('failed');
    await at.ok('plugin', 'stop', 'l1', 'hold.js');
  });

  test('stop --force stops it all the same, and the node goes on as if it had let the payment pass', async () => {
    await at.ok('plugin', 'start', 'l1', file);
    const { paid } = await hold();
    await at.ok('plugin', 'stop', 'l1', 'hold.js', '--force');
    expect(await paid).toBe('complete');
  });

  test('under watch a save waits until nothing is held, and the old code decides', async () => {
    const watch = at.running('plugin', 'watch', 'l1', file);
    await untilPrinted(watch, /watching/);
    const { hash, paid } = await hold();
    const code = await readFile(file, 'utf8');
    await writeFile(file, code.replace('plugin.run();', "plugin.method('renewed', '', () => ({}));\nplugin.run();"));
    await untilPrinted(watch, /hold\.js holds 1 payment: the new code runs once it is settled or cancelled/);
    await at.fails('cli', 'l1', 'renewed');
    await at.cli('l1', 'cancel', hash);
    expect(await paid).toBe('failed');
    await waitFor('the new code to run', async () => {
      const reply = await at.playground.node('l1').rpc.call('renewed').catch(String);
      return typeof reply === 'string' ? { seen: reply } : { done: undefined };
    });
    await interrupt(watch);
    expect((await at.ok('plugin', 'list', 'l1')).stdout).not.toMatch(/hold\.js/);
  });

  test('a watch or trace that ends while a payment is held leaves the plugin running', async () => {
    for (const command of ['watch', 'trace']) {
      const running = at.running('plugin', command, 'l1', file);
      await untilPrinted(running, command === 'watch' ? /watching/ : /\binit\b/);
      await waitFor('the plugin to run', async () => {
        const reply = await at.playground.node('l1').rpc.call('hold-list').catch(String);
        return typeof reply === 'string' ? { seen: reply } : { done: undefined };
      });
      const { hash, paid } = await hold();
      const { stdout, stderr } = await interrupt(running);
      expect(stdout + stderr).toMatch(
        /hold\.js holds 1 payment, so it runs on: once it is settled or cancelled, ln-play plugin stop l1 hold\.js/,
      );
      await at.cli('l1', 'settle', hash);
      expect(await paid).toBe('complete');
      await at.ok('plugin', 'stop', 'l1', 'hold.js');
    }
  });
});
