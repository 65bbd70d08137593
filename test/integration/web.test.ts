import { appendFile, readFile, readdir, stat } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { sendSignal } from '../../src/process/signal.js';
import { findByArgument } from '../../src/process/table.js';
import { describeEach, processesOf, runCli, usePlaygroundFolders } from './support.js';
import { Visitor, type Opened } from './web-support.js';

/** The server of `ln-play web`, as a page uses it, and as somebody does who must not. */
describeEach((_implementation, { flags }) => {
  const folders = usePlaygroundFolders();
  const { json, status } = folders;
  const env = () => ({ LN_PLAY_DIR: folders.dir });
  const open = (...args: string[]): Promise<Opened> => json<Opened>('web', ...args);
  const resident = () => findByArgument(`--background-of=${folders.dir}`);
  /** Nodes that tell what happens, by their plugins. */
  const feeds = async () =>
    (await processesOf(folders.dir)).filter(({ args }) => args.some((arg) => arg.endsWith('web-feed/main.js'))).length;
  const untilFeeds = async (count: number): Promise<void> =>
    await waitFor(`${count} nodes to tell what happens`, async () => {
      const now = await feeds();
      return now === count ? { done: undefined } : { seen: `${now} do` };
    });

  test('an address is good for one visit, and nobody else gets in', async () => {
    await json('up', '--nodes', '1', ...flags);
    const opened = await open();
    const stranger = new Visitor(opened);
    expect((await stranger.ask('/api/state')).status).toBe(401);
    expect((await stranger.ask('/?token=wrong')).status).toBe(401);

    const first = await stranger.ask(opened.url.slice(stranger.base.length));
    expect(first).toMatchObject({ status: 303, headers: { location: '/' } });
    const cookie = String(first.headers['set-cookie']);
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect((await stranger.ask(opened.url.slice(stranger.base.length))).status).toBe(401);

    const visitor = await Visitor.by(await open());
    const page = await visitor.ask('/');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(page.headers['access-control-allow-origin']).toBeUndefined();
    expect(await visitor.ask('/api/state')).toMatchObject({ status: 200, json: { dir: folders.dir } });

    const wrong: Record<string, string>[] = [
      { host: 'evil.example' },
      { host: `evil.example:${opened.port}` },
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of wrong) {
      const { status: code, json: body } = await visitor.ask('/api/commands/mine', { body: {}, headers });
      expect({ headers, code, body }).toMatchObject({ code: 403, body: { error: { code: 'FORBIDDEN' } } });
    }
    expect(await visitor.ask('/api/state', { headers: { 'sec-fetch-site': 'cross-site' } })).toMatchObject({
      status: 403,
    });
    const form = { body: {}, headers: { 'content-type': 'text/plain' } };
    expect((await visitor.ask('/api/commands/mine', form)).status).toBe(415);
    expect((await status()).bitcoind.blocks).toBe((await visitor.state()).bitcoind.blocks);

    // nothing secret is written where others may read it, and the session is its owner's alone
    const kept = JSON.parse(await readFile(join(folders.dir, '.background', 'web.json'), 'utf8')) as { secret: string };
    expect((await stat(join(folders.dir, '.background', 'web.json'))).mode & 0o777).toBe(0o600);
    const log = await readFile(join(folders.dir, 'background.log'), 'utf8');
    expect(log).not.toContain(kept.secret);
    expect(log).not.toContain(new URL(opened.url).searchParams.get('token'));
    expect(await readFile(join(folders.dir, 'background.json'), 'utf8')).not.toContain(kept.secret);
  });

  test('it listens on 127.0.0.1 alone, on the port that is asked for; one that is taken is refused', async () => {
    await json('up', '--nodes', '1', ...flags);
    const { port } = await open();
    expect((await status()).background).toMatchObject([{ name: 'web', details: { url: `http://127.0.0.1:${port}/` } }]);
    const elsewhere = createConnection(port, '127.0.0.2');
    await expect(
      new Promise((resolve, reject) => elsewhere.on('connect', resolve).on('error', reject)),
    ).rejects.toThrow();
    const { port: again } = await open();
    expect(again).toBe(port);
    const { bitcoind } = await status();
    const { code, stderr } = await runCli(['web', '--no-open', '--port', String(bitcoind.rpc_port)], { env: env() });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('--port') as string });
    expect(await open()).toMatchObject({ port }); // it goes on where it did
    expect(await json('web', '--stop')).toEqual({ stopped: true });
    expect(resident()).toEqual([]);
    expect(await json('web', '--stop')).toEqual({ stopped: false });
  });

  test('to look at only: whatever changes something is refused, and nothing has changed', async () => {
    await json('up', '--nodes', '1', ...flags);
    const visitor = await Visitor.by(await open('--read-only'));
    const before = await visitor.state();
    expect(before.read_only).toBe(true);
    for (const [path, body] of [
      ['commands/mine', {}],
      ['commands/down', {}],
      ['commands/feerate', { args: ['5000perkw'] }],
      ['commands/cli', { args: ['l1', 'newaddr'] }],
      ['nodes/l1/rpc', { method: 'invoice', params: [1, 'a', 'b'] }],
      ['nodes/l1/rpc', { method: 'exposesecret', params: ['x'] }],
    ] as const) {
      const { status: code, json: answer } = await visitor.ask(`/api/${path}`, { body });
      const hint = expect.stringContaining('--read-only') as string;
      expect({ path, code, answer }).toMatchObject({ code: 403, answer: { error: { hint } } });
    }
    expect((await visitor.ask('/api/commands/status', { body: {} })).status).toBe(200);
    expect((await visitor.ask('/api/nodes/l1/rpc', { body: { method: 'listinvoices' } })).json).toEqual({
      result: { invoices: [] },
    });
    expect((await visitor.state()).bitcoind).toEqual(before.bitcoind);
  });

  test('a payment over three hops: its way, what forwards it, what all nodes know of it, and who comes back later', async () => {
    await json('up', '--topology', 'line:4', ...flags);
    const visitor = await Visitor.by(await open());
    const listener = await visitor.listen();
    const other = await visitor.listen();
    const { data } = await listener.until('all channels', ({ event, data }) => {
      const { channels = [], nodes = [] } = data as Partial<Awaited<ReturnType<Visitor['state']>>>;
      const isNode = (name: string): boolean => nodes.some((node) => node.name === name);
      // an end is its id as long as its node has not said that this is its own
      return event === 'state' && channels.length === 3 && channels.every(({ from, to }) => isNode(from) && isNode(to));
    });
    const { channels, nodes } = data as Awaited<ReturnType<Visitor['state']>>;
    expect(nodes.map(({ name, state }) => [name, state])).toEqual(
      ['l1', 'l2', 'l3', 'l4'].map((name) => [name, 'running']),
    );
    await untilFeeds(4);

    const before = listener.last;
    const { bolt11, payment_hash } = await visitor.run<{ bolt11: string; payment_hash: string }>('invoice', [
      'l4',
      '10sat',
    ]);
    await visitor.run('pay', ['l1', bolt11]);
    const begun = await listener.happening('it to set out', ({ payment }) => payment?.status === 'started');
    expect(begun).toMatchObject({
      node: 'l1',
      kind: 'payment',
      payment: { payment_hash, from: 'l1', to: 'l4', amount_msat: 10_000, route: ['l1', 'l2', 'l3', 'l4'], part: 1 },
    });
    const keyOf = (a: string, b: string) =>
      channels.find(({ from, to }) => [from, to].toSorted().join() === [a, b].join())!.key;
    expect(begun.payment!.channels).toEqual([keyOf('l1', 'l2'), keyOf('l2', 'l3'), keyOf('l3', 'l4')]);
    await listener.happening('it to be complete', ({ payment }) => payment?.status === 'complete');
    for (const node of ['l2', 'l3'])
      await listener.happening(
        `${node} to forward it`,
        (each) => each.node === node && / has forwarded /.test(each.text),
      );
    await listener.happening('it to be received', (each) => each.kind === 'invoice' && / is paid /.test(each.text));
    const paidOver = (all: typeof channels): number => {
      const { from, to_from_msat, to_to_msat } = all.find(({ key }) => key === keyOf('l3', 'l4'))!;
      return from === 'l4' ? to_from_msat : to_to_msat;
    };
    await listener.until('the balances', ({ event, data }) => {
      const { channels: now } = data as { channels?: typeof channels };
      return event === 'state' && now?.length === 3 && paidOver(now) === paidOver(channels) + 10_000;
    });
    await other.happening('the other to hear it, too', ({ payment }) => payment?.status === 'complete');
    other.close();

    const { seen } = (
      await visitor.ask<{ seen: { node: string; invoice: unknown; payment: unknown; forwards: unknown[] }[] }>(
        `/api/payments/${payment_hash}`,
      )
    ).json;
    expect(seen.find(({ node }) => node === 'l1')).toMatchObject({ payment: { status: 'complete' } });
    expect(seen.find(({ node }) => node === 'l4')).toMatchObject({ invoice: { status: 'paid' } });
    expect(seen.find(({ node }) => node === 'l2')?.forwards.at(-1)).toMatchObject({ status: 'settled', payment_hash });
    const channel = await visitor.ask<{ seen: { node: string; peerchannel: unknown }[] }>(
      `/api/channels/${keyOf('l1', 'l2')}`,
    );
    expect(channel.json.seen.filter(({ peerchannel }) => peerchannel !== null).map(({ node }) => node)).toEqual([
      'l1',
      'l2',
    ]);

    // whoever was away for a while hears of it all, in order, and of nothing twice
    const late = await visitor.listen('/api/events', { 'last-event-id': String(before) });
    await late.until('how all stands', ({ event }) => event === 'state');
    const missed = listener.happenings.filter(({ id }) => id > before).map(({ id }) => id);
    expect(late.happenings.map(({ id }) => id).slice(0, missed.length)).toEqual(missed);
    const tooLate = await visitor.listen('/api/events?after=7');
    await tooLate.until('to be told that more was missed', ({ event }) => event === 'reset');
    await tooLate.until('how all stands', ({ event }) => event === 'state');
    for (const each of [listener, late, tooLate]) each.close();
  });

  test('a payment that fails on its way says where, and why', async () => {
    await json('up', '--topology', 'line:3', ...flags);
    const visitor = await Visitor.by(await open());
    const listener = await visitor.listen();
    await untilFeeds(3);
    const { bolt11 } = await visitor.run<{ bolt11: string }>('invoice', ['l3', '10sat']);
    await visitor.run('crash', ['l3']);
    await listener.happening('its death', ({ kind, node }) => kind === 'node' && node === 'l3');
    expect((await visitor.state()).nodes.map(({ state }) => state)).toEqual(['running', 'running', 'dead']);
    const refused = await visitor.ask('/api/commands/pay', { body: { args: ['l1', bolt11] } });
    expect(refused).toMatchObject({ status: 422, json: { error: { code: 'RPC' } } });
    const { payment } = await listener.happening('it to fail', (each) => each.payment?.status === 'failed');
    expect(payment).toMatchObject({
      from: 'l1',
      failed_at: 'l2',
      failure: expect.stringMatching(/temporary_channel_failure|unknown_next_peer/) as string,
    });
    listener.close();
  });

  test('a payment that somebody holds: an HTLC that waits is told in each channel of its way, and that it waits no more', async () => {
    await json('up', '--topology', 'line:3', ...flags);
    const made = await runCli(['plugin', 'new', 'hold', '--template', 'hold-invoice'], { cwd: folders.folder });
    expect(made).toMatchObject({ code: 0 });
    await json('plugin', 'start', 'l3', join(folders.folder, 'hold', 'hold.js'));
    const visitor = await Visitor.by(await open());
    const listener = await visitor.listen();
    await untilFeeds(3);
    const hold = ['cli', 'l3', 'hold-invoice', '24sat', 'shoes', 'a pair'];
    const { bolt11, payment_hash } = await json<{ bolt11: string; payment_hash: string }>(...hold);
    const paid = visitor.ask('/api/commands/pay', { body: { args: ['l1', bolt11] } });
    const htlc = (text: RegExp) =>
      listener.happening(`one of ${String(text)}`, (each) => each.kind === 'htlc' && text.test(each.text));
    for (const way of ['l1 to l2', 'l2 to l3']) {
      const { data } = await htlc(
        new RegExp(`^an HTLC of 24\\d*m?sat from ${way} waits \\(\\w+_ADD_ACK_REVOCATION\\)$`),
      );
      expect(data).toMatchObject({ htlc: { payment_hash } });
    }
    await json('cli', 'l3', 'cancel', payment_hash);
    for (const way of ['l1 to l2', 'l2 to l3']) await htlc(new RegExp(`from ${way} waits no more, after \\d+ s$`));
    expect(await paid).toMatchObject({ status: 422 });
    listener.close();
  });

  test('nodes tell what happens by a plugin that is nobody else’s: it is in no config and no export, and ends with the server', async () => {
    await json('up', '--nodes', '2', ...flags);
    const exported = await json('export', 'network');
    const listing = async () => {
      const { plugins } = await json<{ plugins: { name: string }[] }>('plugin', 'list', 'l1');
      return plugins.map(({ name }) => name);
    };
    const plugins = await listing();
    const visitor = await Visitor.by(await open());
    const listener = await visitor.listen();
    await untilFeeds(2);
    expect(await readFile(join(folders.dir, 'l1', 'config'), 'utf8')).not.toContain('web-feed');
    expect(await readFile(join(folders.dir, 'ln-play.json'), 'utf8')).not.toContain('web-feed');
    expect(await json('export', 'network')).toEqual(exported);
    expect(listener.happenings.filter(({ kind }) => kind === 'plugin')).toEqual([]);

    // a node that starts again is asked again
    await visitor.run('restart', ['l1']);
    await untilFeeds(2);
    await visitor.run('connect', ['l1', 'l2']);
    await visitor.run('mine', ['1']);
    await listener.happening('a block', ({ kind }) => kind === 'block');

    listener.close();
    await json('web', '--stop');
    await waitFor('all to end', async () => {
      const now = await listing();
      return now.length === plugins.length ? { done: undefined } : { seen: now.join() };
    });
    await untilFeeds(0);
    expect(await readdir(join(folders.dir, '.background')).catch(() => [])).not.toContain('feed');
  });

  test('what a node tells of itself, its methods, a method of it, and what is no node or command', async () => {
    await json('up', '--nodes', '2', ...flags);
    const visitor = await Visitor.by(await open());
    const { json: node } = await visitor.ask('/api/nodes/l1');
    expect(node).toMatchObject({
      name: 'l1',
      info: { id: expect.any(String) as string },
      channels: [],
      invoices: [],
      connect: expect.arrayContaining([
        { label: 'RPC socket', value: join(folders.dir, 'l1', 'regtest', 'lightning-rpc') },
      ]) as unknown,
    });
    expect((node['processes'] as { memory_kb: number }[])[0]?.memory_kb).toBeGreaterThan(1_000);
    const { json: help } = await visitor.ask<{ commands: { command: string; parameters: unknown }[] }>(
      '/api/nodes/l1/help',
    );
    expect(help.commands.find(({ command }) => command === 'invoice')?.parameters).toMatchObject(
      [
        { name: 'amount_msat', required: true },
        { name: 'label' },
        { name: 'description' },
        { name: 'expiry', required: false },
        ...Array.from({ length: 5 }, () => ({})),
      ].slice(0, (help.commands.find(({ command }) => command === 'invoice')!.parameters as unknown[]).length),
    );
    const rpc = (body: object) => visitor.ask('/api/nodes/l1/rpc', { body });
    expect((await rpc({ method: 'getinfo' })).json).toMatchObject({ result: { alias: 'l1' } });
    expect(await rpc({ method: 'nonsense' })).toMatchObject({
      status: 422,
      json: { error: { details: ['code: -32601'] } },
    });
    expect((await rpc({ params: {} })).status).toBe(400);
    for (const path of ['/api/nodes/l9', '/api/nonsense', '/api/commands/workshop', '/..%2f..%2fpackage.json'])
      expect((await visitor.ask(path)).status).toBe(404);
    expect((await visitor.ask('/api/commands/fund', { body: { args: ['l1'] } })).status).toBe(400);
    const { json: api } = await visitor.ask<{ openapi: string; paths: object }>('/api');
    expect(api.openapi).toBe('3.1.0');
    expect(api.paths).toHaveProperty(['/commands/open', 'post']);
  });

  test('a server that was killed comes back with its port and its visitors, and leaves nothing of the one before', async () => {
    await json('up', '--nodes', '2', ...flags);
    const visitor = await Visitor.by(await open());
    const { port } = await open();
    const listener = await visitor.listen();
    await listener.until('how all stands', ({ event }) => event === 'state');
    const { pid } = resident()[0]!;
    sendSignal(pid, 'SIGKILL');
    await waitFor('it to end', () => Promise.resolve(listener.hasEnded ? { done: undefined } : { seen: 'it goes on' }));
    await untilFeeds(0);
    expect((await status()).daemons.at(-1)).toMatchObject({ name: 'background', state: 'dead' });

    expect(await open()).toMatchObject({ port });
    expect(resident()).toHaveLength(1);
    const again = await visitor.listen('/api/events', { 'last-event-id': String(listener.last) });
    await again.until('to be told that more was missed', ({ event }) => event === 'reset');
    await untilFeeds(2);
    again.close();
  });

  test('down from a page is answered, and all ends; a restore goes on without the server, which comes back', async () => {
    await json('up', '--nodes', '1', ...flags);
    const visitor = await Visitor.by(await open());
    await visitor.run('snapshot save', ['here']);
    const height = (await visitor.state()).bitcoind.blocks!;
    await visitor.run('mine', ['3']);
    const lost = await visitor.ask('/api/commands/snapshot-restore', {
      body: { args: ['there'], options: { yes: true } },
    });
    expect(lost).toMatchObject({ status: 400, json: { error: { hint: 'there are here' } } });
    await visitor.run('snapshot restore', ['here'], { yes: true });
    await waitFor('the server to come back, at the height of before', async () => {
      const { bitcoind } = await visitor.state().catch(() => ({ bitcoind: { blocks: 'nothing' } }));
      return bitcoind.blocks === height ? { done: undefined } : { seen: String(bitcoind.blocks) };
    });

    // what was started from the page is no part of the server
    await visitor.run('crash', ['l1']);
    await visitor.run('up');
    await json('web', '--stop');
    expect((await status()).nodes[0]).toMatchObject({ state: 'running' });

    const last = await Visitor.by(await open());
    await last.run('down');
    await waitFor('all to end', async () => {
      const { daemons } = await status();
      const running = daemons.filter(({ state }) => state !== 'stopped').map(({ name }) => name);
      return running.length === 0 ? { done: undefined } : { seen: running.join() };
    });
    expect(resident()).toEqual([]);
  });

  test('a log of 10,000 lines a second, and readers that read nothing: the server stays as small as it was', async () => {
    await json('up', '--nodes', '1', ...flags);
    const opened = await open();
    const visitor = await Visitor.by(opened);
    const memory = async (): Promise<number> => {
      const { pid } = resident()[0]!;
      return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'VmRSS: 0'))![1]);
    };
    const stuck = await Promise.all(
      ['/api/nodes/l1/log', '/api/events'].map(
        (path) =>
          new Promise<{ destroy: () => void }>((resolve, reject) => {
            const sent = httpRequest(`${visitor.base}${path}`, { headers: { cookie: visitor.cookie } }, (response) => {
              response.pause();
              response.on('error', () => {});
              resolve(sent);
            });
            sent.on('error', reject).end();
          }),
      ),
    );
    const reader = await visitor.listen('/api/nodes/l1/log');
    await reader.until('the log', ({ event }) => event === 'line');
    const before = await memory();
    const log = join(folders.dir, 'l1', 'log');
    const at = new Date().toISOString();
    for (let round = 0; round < 20; round++) {
      const lines = Array.from(
        { length: 5_000 },
        (_, line) => `${at} DEBUG   test: ${round}.${line} ${'x'.repeat(150)}`,
      );
      await appendFile(log, `${lines.join('\n')}\n`);
    }
    await appendFile(log, `${at} UNUSUAL test: the last\n`);
    await reader.until('its end', ({ data }) => (data as { text?: string }).text === 'the last');
    const read = reader.heard.filter(({ event }) => event === 'line').length;
    const dropped = reader.heard
      .filter(({ event }) => event === 'dropped')
      .reduce((sum, { data }) => sum + (data as { lines: number }).lines, 0);
    expect(read + dropped).toBeGreaterThan(100_000);
    if (process.platform === 'linux') expect((await memory()) - before).toBeLessThan(60_000);
    for (const each of stuck) each.destroy();
    reader.close();
  });
});
