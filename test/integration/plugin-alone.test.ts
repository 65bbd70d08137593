import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFakePlugin } from '../fakes/plugins/support.js';
import { runCli, runJson, useTemporaryFolder } from './support.js';

const folder = useTemporaryFolder();
const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path });

test('plugin new, check and call, as a person types them', async () => {
  const made = await run('plugin', 'new', 'shop');
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('ln-play plugin check shop/shop.js') });
  expect(await run('plugin', 'new', 'shop')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/shop is not empty[^]*nothing is ever overwritten/),
  });
  const checked = await run('plugin', 'check', 'shop/shop.js', '--show');
  expect(checked.code).toBe(0);
  expect(checked.stdout).toMatch(/node → plugin request +getmanifest/);
  expect(checked.stdout).toMatch(/node ← plugin result +init/);
  expect(checked.stdout).toMatch(/✓ it answered getmanifest in/);
  expect(checked.stdout).toMatch(/lightningd would run it/);
  const called = await run('plugin', 'call', '--option', 'greeting=Ciao', 'shop/shop.js', 'hello', 'name=Rusty');
  expect(called.code).toBe(0);
  expect(JSON.parse(called.stdout)).toEqual({ greeting: 'Ciao Rusty' });
  expect(called.stderr).toMatch(/info: greeting Rusty/);
});

test('a plugin that fails its check exits with 1, with the reason and what to do', async () => {
  await writeFakePlugin(folder.path, { on: { getmanifest: 'banner' } }, 'banner.sh');
  const { code, stdout } = await run('plugin', 'check', 'banner.sh');
  expect(code).toBe(1);
  expect(stdout).toMatch(/✗ before it answered getmanifest, it prints .* not JSON-RPC: "Welcome to my plugin!/);
  expect(stdout).toMatch(/hint: lightningd kills it for that: print to standard error instead/);
  const report = await runCli(['plugin', 'check', 'banner.sh', '--json'], { cwd: folder.path });
  expect(JSON.parse(report.stdout)).toMatchObject({ ok: false, messages: [{ method: 'getmanifest' }] });
});

test('the RPCs of a plugin are answered as --rpc says', async () => {
  await run('plugin', 'new', 'web', '--template', 'web-invoice');
  await writeFile(join(folder.path, 'rpc.json'), '{"invoice": {"bolt11": "lnbcrt1mine"}}');
  const { url } = (
    await runJson<{ result: { url: string } }>(
      ['plugin', 'call', '--rpc', 'rpc.json', '--option', 'web-port=0', 'web/web.js', 'web-url'],
      { cwd: folder.path },
    )
  ).result;
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  await writeFile(join(folder.path, 'bad.json'), '[]');
  expect(await run('plugin', 'call', '--rpc', 'bad.json', 'web/web.js', 'web-url')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/bad\.json holds no JSON object/),
  });
});

test('wrong usage names what there is', async () => {
  expect(await run('plugin', 'new', 'x', '--template', 'cobol')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/no template "cobol"[^]*javascript[^]*hold-invoice/),
  });
  await writeFakePlugin(folder.path, {}, 'fake.sh');
  expect(await run('plugin', 'call', 'fake.sh', 'nothing')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/no method, hook or subscription "nothing"[^]*it has methods: fake/),
  });
  expect(await run('plugin', 'check', 'fake.sh', '--option', 'bad name=1')).toMatchObject({ code: 2 });
});
