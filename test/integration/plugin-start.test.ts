import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { shellWord } from '../../src/core/shell.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { writeFakePlugin } from '../fakes/plugins/support.js';
import { usePlayground } from './plugin-support.js';
import { describeEach } from './support.js';

describeEach((_, options) => {
  const at = usePlayground(options);

  test('starts a plugin by a path of ours, with options, lists it and stops it', async () => {
    const manifest = { options: [{ name: 'fake-word', type: 'string', default: 'no', description: 'd' }] };
    const file = await writeFakePlugin(at.folder, { manifest }, 'relative.sh');
    await at.ok('plugin', 'start', 'l1', './relative.sh', 'fake-word=yes');
    expect(await at.cli('l1', 'fake', 'a')).toEqual({ answer: 'right', params: ['a'] });
    const { stdout } = await at.ok('plugin', 'list', 'l1', '--json');
    const { plugins } = JSON.parse(stdout) as { plugins: { name: string }[] };
    expect(plugins).toContainEqual({ name: file, active: true, dynamic: true });
    expect((await at.fails('plugin', 'start', 'l1', file)).stderr).toMatch(
      /l1 runs .*relative\.sh already[^]*hint: .*ln-play plugin stop l1 relative\.sh/,
    );
    expect((await at.ok('plugin', 'stop', 'l1', basename(file))).stdout).toMatch(/Successfully stopped relative\.sh/);
    expect((await at.fails('plugin', 'stop', 'l1', basename(file))).stderr).toMatch(/l1 runs no plugin relative\.sh/);
  });

  test('says what a plugin wrote that does not run', async () => {
    const file = await writeFakePlugin(at.folder, { on: { getmanifest: 'die' } }, 'dies.sh');
    const { stderr } = await at.fails('plugin', 'start', 'l1', file);
    expect(stderr).toMatch(/l1 does not run dies\.sh: exited before replying to getmanifest/);
    expect(stderr).toMatch(/Traceback: name secrets is not defined/);
    expect(stderr).toMatch(/ln-play plugin check --show .*dies\.sh/);
  });

  test('says what is wrong with the file, before the node is asked', async () => {
    expect((await at.fails('plugin', 'start', 'l1', join(at.folder, 'none.py'))).stderr).toMatch(
      /none\.py does not exist/,
    );
  });

  test('a node that waits for a plugin of its config names it, while it waits and in the end', async () => {
    const file = await writeFakePlugin(at.folder, { on: { getmanifest: 'silent' } }, 'silent.sh');
    const { configFile } = at.playground.node('l1').lightningd;
    const config = await readFile(configFile, 'utf8');
    await writeFile(configFile, `${config}\nplugin=${file}\n`);
    const { stderr } = await at.fails('restart', 'l1', '--timeout', '8');
    expect(stderr).toMatch(/^l1 waits for its plugin silent\.sh to answer getmanifest …$/m);
    expect(stderr).toMatch(/^error: Waited 8\.0 s for l1 to be ready: l1 waits for its plugin silent\.sh/m);
    expect(stderr).toContain(
      `hint: see what it does by itself: ln-play plugin check ${shellWord(file)}; or take it out of ${configFile}, then: ln-play restart l1`,
    );
    const why = 'l1 waits for its plugin silent.sh to answer getmanifest';
    expect((await at.ok('status')).stdout).toContain(`\n\n${why}\n`);
    const { nodes } = JSON.parse((await at.ok('status', '--json')).stdout) as PlaygroundStatus;
    expect(nodes[0]).toMatchObject({ name: 'l1', state: 'running', id: null, problem: why });
    await writeFile(configFile, config);
    await at.ok('restart', 'l1');
    expect((await at.ok('status')).stdout).not.toContain('waits');
  });
});
