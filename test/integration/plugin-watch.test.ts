import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { freePort } from '../../src/process/ports.js';
import { writeFakePlugin, writeScript, type FakeBehaviour } from '../fakes/plugins/support.js';
import { interrupt, untilPrinted, usePlayground } from './plugin-support.js';
import { describeEach } from './support.js';

describeEach((_, options) => {
  const at = usePlayground(options);

  /** Waits until the node's method `fake` answers this. */
  const untilAnswers = async (answer: string): Promise<void> => {
    await waitFor(`the plugin to answer ${answer}`, async () => {
      const reply = JSON.stringify(await at.playground.node('l1').rpc.call('fake').catch(String));
      return reply.includes(`"${answer}"`) ? { done: undefined } : { seen: reply };
    });
  };

  const save = (behaviour: FakeBehaviour, name = 'watched.sh') => writeFakePlugin(at.folder, behaviour, name);

  test('each save runs; one that fails the check leaves the old one running; log and stderr follow', async () => {
    const file = await save({
      answer: 'first',
      stderr: 'to stderr',
      manifest: { subscriptions: ['invoice_creation'] },
    });
    const watch = at.running('plugin', 'watch', 'l1', file);
    await untilPrinted(watch, /watching watched\.sh on l1/);
    await untilPrinted(watch, /watched\.sh stderr to stderr/);
    await untilAnswers('first');
    await at.cli('l1', 'invoice', '24msat', 'watched', 'description');
    await untilPrinted(watch, /watched\.sh INFO told of invoice_creation/);
    await save({ answer: 'second' });
    await untilAnswers('second');
    await save({ on: { getmanifest: 'die' } });
    await untilPrinted(
      watch,
      /✗ watched\.sh before it answered getmanifest, it exited with code 1[^]*the old one keeps/,
    );
    await untilAnswers('second');
    await chmod(await save({ answer: 'third' }), 0o644);
    await untilPrinted(watch, /is not executable/);
    await chmod(file, 0o755);
    await untilAnswers('third');
    await interrupt(watch);
    expect((await at.ok('plugin', 'list', 'l1')).stdout).not.toMatch(/watched\.sh/);
  });

  test('a save whose init fails leaves the old one running, and is told of by its own name', async () => {
    const file = await save({ answer: 'first', tellPid: true }, 'careful.sh');
    const watch = at.running('plugin', 'watch', 'l1', file);
    await untilPrinted(watch, /watching/);
    await untilAnswers('first');
    const pid = (): Promise<unknown> => at.cli('l1', 'fake').then(({ pid }) => pid);
    const before = await pid();
    for (const [fault, said] of [
      ['disable', /✗ careful\.sh it disables itself: not today\n[^✗]*the old one keeps running/],
      ['die', /✗ careful\.sh before it answered init, it exited with code 1[^✗]*the old one keeps running/],
    ] as const) {
      await save({ on: { init: fault } }, 'careful.sh');
      await untilPrinted(watch, said);
      expect(await pid()).toBe(before);
    }
    await save({ answer: 'second' }, 'careful.sh');
    await untilAnswers('second');
    const { stdout } = await interrupt(watch);
    expect(stdout).not.toContain('ln-play-watch');
  });

  test('where a save passes its check and the node does not take it, the old one runs again', async () => {
    const folder = join(at.folder, 'taken');
    await mkdir(folder);
    const module = (answer: string) => writeFile(join(folder, 'answer.cjs'), `module.exports = '${answer}';`);
    await writeFile(join(folder, 'package.json'), '{}');
    await module('first');
    const write = async (methods: string) =>
      await writeScript(
        folder,
        'taken.cjs',
        `#!/usr/bin/env node
const answer = require('./answer.cjs');
const manifest = { options: [], rpcmethods: [${methods}], dynamic: true };
const results = { getmanifest: manifest, fake: { answer, at: __filename } };
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === '') return;
  const { id, method } = JSON.parse(line);
  if (method === 'fake') console.error('asked at ' + __filename);
  if (id) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} }) + '\\n');
}).on('close', () => process.exit(0));
`,
      );
    const file = await write("{ name: 'fake', usage: '' }");
    const other = await save({ manifest: { rpcmethods: [{ name: 'other', usage: '' }] } }, 'other.sh');
    await at.ok('plugin', 'start', 'l1', other);
    const watch = at.running('plugin', 'watch', 'l1', file);
    await untilAnswers('first');
    await write("{ name: 'fake', usage: '' }, { name: 'other', usage: '' }"); // first: both may be seen as one save, or as two
    await module('second');
    await untilPrinted(watch, /✗ l1 does not run taken\.cjs[^✗]*check --show (.*)\n[^✗]*the old one runs again/);
    expect(watch.stdout).toContain(`check --show ${file}`);
    await untilAnswers('first');
    await untilPrinted(watch, new RegExp(`stderr asked at ${file}`));
    await write("{ name: 'fake', usage: '' }");
    await untilAnswers('second');
    const { stdout } = await interrupt(watch);
    expect(stdout).not.toContain('ln-play-watch');
    await at.ok('plugin', 'stop', 'l1', 'other.sh');
  });

  test('what a plugin takes hold of in init is no failure of the one that follows', async () => {
    const port = await freePort();
    const listening = { port, on: { init: 'listen' } } as const;
    const file = await save({ ...listening, answer: 'first' }, 'port.sh');
    const watch = at.running('plugin', 'watch', 'l1', file);
    await untilAnswers('first');
    await save({ ...listening, answer: 'second' }, 'port.sh');
    await untilAnswers('second');
    await save({ port, on: { init: 'disable' } }, 'port.sh');
    await untilPrinted(watch, /✗ port\.sh it disables itself: not today\n[^✗]*the old one keeps running/);
    await untilAnswers('second');
    await interrupt(watch);
  });

  test('a save in the middle of a start is not lost, even of one that never answers', async () => {
    const file = await save({ answer: 'first' }, 'busy.sh');
    const watch = at.running('plugin', 'watch', 'l1', file);
    await untilAnswers('first');
    await save({ on: { getmanifest: 'silent' } }, 'busy.sh'); // hangs in the check
    await save({ answer: 'second' }, 'busy.sh');
    await untilAnswers('second');
    await save({ on: { init: 'silent' } }, 'busy.sh'); // hangs there too
    await save({ answer: 'third' }, 'busy.sh');
    await untilAnswers('third');
    for (let n = 0; n < 20; n++) await save({ answer: `burst-${n}` }, 'busy.sh');
    await untilAnswers('burst-19');
    await interrupt(watch);
  });

  test('an editor that renames a new file over the old one', async () => {
    const file = await save({ answer: 'first' }, 'renamed.sh');
    const watch = at.running('plugin', 'watch', 'l1', file);
    await untilAnswers('first');
    await rename(await save({ answer: 'second' }, '.renamed.sh.swp'), file);
    await untilAnswers('second');
    await interrupt(watch);
  });

  test('a plugin that dies runs again after the next save', async () => {
    const file = await save({ on: { fake: 'die' } }, 'mortal.sh');
    const watch = at.running('plugin', 'watch', 'l1', file);
    await untilPrinted(watch, /watching/);
    await at.fails('cli', 'l1', 'fake');
    await untilPrinted(watch, /Killing plugin: exited during normal operation/);
    await save({ answer: 'better' }, 'mortal.sh');
    await untilAnswers('better');
    await interrupt(watch);
  });

  test('a node that is restarted runs it again', async () => {
    const file = await save({ answer: 'first' }, 'restarted.sh');
    const watch = at.running('plugin', 'watch', 'l1', file);
    await untilAnswers('first');
    await at.ok('restart', 'l1');
    await untilAnswers('first');
    await interrupt(watch);
  });

  test('a node that is restarted and runs the plugin by its config runs the watched one, and the former in the end', async () => {
    const file = await save({ answer: 'first' }, 'configured.sh');
    const { configFile } = at.playground.node('l1').lightningd;
    const config = await readFile(configFile, 'utf8');
    await writeFile(configFile, `${config}\nplugin=${file}\n`);
    await at.ok('restart', 'l1');
    const watch = at.running('plugin', 'watch', 'l1', file, '--json');
    await untilPrinted(watch, /"type":"watching"/);
    await at.ok('restart', 'l1');
    await untilPrinted(watch, /("type":"started"[^]*){2}/);
    await save({ answer: 'second' }, 'configured.sh');
    await untilAnswers('second');
    const { stdout } = await interrupt(watch);
    expect(stdout).not.toContain('start-failed');
    expect((await at.ok('plugin', 'list', 'l1')).stdout).toContain(file);
    await writeFile(configFile, config);
    await at.ok('restart', 'l1');
  });

  test('a folder stands for all plugins in it, with all they load', async () => {
    const folder = join(at.folder, 'shop');
    await mkdir(join(folder, 'lib'), { recursive: true });
    const two = { rpcmethods: [{ name: 'other', usage: '' }] };
    await writeFakePlugin(folder, {}, 'one.sh');
    await writeFakePlugin(folder, { manifest: two }, 'two.sh');
    for (const name of ['one.test.sh', 'test_one.sh', 'one_test.sh']) await writeFakePlugin(folder, {}, name);
    const watch = at.running('plugin', 'watch', 'l1', folder, '--json');
    await untilPrinted(watch, /"type":"watching","files":\["[^"]*\/one\.sh","[^"]*\/two\.sh"\]/);
    const started = (): number => watch.stdout.split('"type":"started"').length - 1;
    expect(started()).toBe(2);
    await writeFile(join(folder, 'lib', 'words.json'), '{}');
    await waitFor('both to be started anew', async () =>
      started() === 4 ? { done: true } : { seen: `${started()} starts` },
    );
    await interrupt(watch);
  });

  test('two watches on one file are refused', async () => {
    const file = await save({}, 'mine.sh');
    const watch = at.running('plugin', 'watch', 'l1', file);
    await untilPrinted(watch, /watching/);
    expect((await at.fails('plugin', 'watch', 'l1', file)).stderr).toMatch(
      /The plugin .*mine\.sh on l1 is in use by another command: process \d+ \(ln-play plugin watch l1/,
    );
    await interrupt(watch);
  });

  test('what cannot be watched is said at once', async () => {
    expect((await at.fails('plugin', 'watch', 'l1', join(at.folder, 'none.sh'))).stderr).toMatch(/does not exist/);
    const empty = join(at.folder, 'empty');
    await mkdir(empty);
    expect((await at.fails('plugin', 'watch', 'l1', empty)).stderr).toMatch(/no executable file in .*empty/);
  });
});
