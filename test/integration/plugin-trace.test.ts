import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { swapPaths } from '../../src/plugins/rpc-trace/swap.js';
import { descendants } from '../../src/process/table.js';
import { writeFakePlugin } from '../fakes/plugins/support.js';
import { interrupt, untilPrinted, usePlayground } from './plugin-support.js';
import { describeEach, processesOf } from './support.js';

interface Line {
  readonly from: string;
  readonly kind: string;
  readonly method: string;
  readonly latency_ms?: number;
  readonly client?: number;
  readonly message: object;
}

const linesOf = (stdout: string): Line[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describeEach((_, options) => {
  const at = usePlayground(options);

  describe('plugin trace', () => {
    test('shows every message, and leaves the node as it was', async () => {
      const file = await writeFakePlugin(at.folder, { manifest: { subscriptions: ['connect'] } }, 'traced.sh');
      const trace = at.running('plugin', 'trace', 'l1', file, '--json');
      await untilPrinted(trace, /"kind":"result","method":"init"/);
      await at.cli('l1', 'fake', 'word');
      await untilPrinted(trace, /"kind":"result","method":"fake"/);
      const lines = linesOf((await interrupt(trace)).stdout);
      expect(lines.map(({ from, kind, method }) => [from, kind, method])).toEqual([
        ['node', 'request', 'getmanifest'],
        ['plugin', 'result', 'getmanifest'],
        ['node', 'request', 'init'],
        ['plugin', 'result', 'init'],
        ['node', 'request', 'fake'],
        ['plugin', 'result', 'fake'],
      ]);
      expect(lines[5]).toMatchObject({ latency_ms: expect.any(Number), message: { result: { params: ['word'] } } });
      expect((await at.ok('plugin', 'list', 'l1')).stdout).not.toMatch(/traced\.sh/);
    });

    test('changes nothing for the plugin: a child of lightningd with its own command, killed as any other', async () => {
      const file = await writeFakePlugin(at.folder, {}, 'untouched.sh');
      const trace = at.running('plugin', 'trace', 'l1', file, '--method', 'fake');
      await waitFor('the plugin to run', async () => {
        const { stdout } = await at.ok('plugin', 'list', 'l1');
        return /^active.*untouched\.sh/m.test(stdout) ? { done: true } : { seen: stdout };
      });
      const [lightningd] = await processesOf(`--lightning-dir=${join(at.playground.dir, 'l1')}`);
      const plugin = descendants(lightningd!.pid).find(({ args }) =>
        args.some((arg) => arg.includes('fake-plugin.js')),
      );
      expect(plugin).toMatchObject({ parent: lightningd!.pid });
      expect(descendants(plugin!.pid)).toHaveLength(1); // the tap is no child of it
      await at.ok('plugin', 'stop', 'l1', 'untouched.sh');
      const { code, stderr } = await trace.result;
      expect(code).toBe(1);
      expect(stderr).toMatch(/untouched\.sh has ended on l1/);
    });

    test('runs again what ran before, with the options that it was started with', async () => {
      const option = (type: string) => ({ name: `fake-${type}`, type, description: 'd' });
      const many = { ...option('string'), name: 'fake-many', multi: true };
      const manifest = { options: [...['string', 'int', 'flag'].map(option), many] };
      const file = await writeFakePlugin(at.folder, { answer: 'before', manifest }, 'again.sh');
      await at.ok('plugin', 'start', 'l1', file, 'fake-string=before', 'fake-int=7', 'fake-flag=true', 'fake-many=a');
      const configs = async () => (await at.cli('l1', 'listconfigs'))['configs'];
      const before = await configs();
      const trace = at.running('plugin', 'trace', 'l1', file, '--option', 'fake-string=traced');
      const [init] = await untilPrinted(trace, /request +init .*/);
      expect(init).toMatch(/"fake-string":"traced"/);
      expect(init).toMatch(/"fake-int":7/);
      await untilPrinted(trace, /result +init/);
      await interrupt(trace);
      expect((await at.ok('plugin', 'list', 'l1')).stdout).toContain(file);
      expect(await configs()).toEqual(before);
      await at.ok('plugin', 'stop', 'l1', file);
    });

    test('a second trace or watch of the same plugin is refused, so that the first leaves what ran before', async () => {
      const file = await writeFakePlugin(at.folder, {}, 'mine.sh');
      await at.ok('plugin', 'start', 'l1', file);
      const trace = at.running('plugin', 'trace', 'l1', file);
      await untilPrinted(trace, /result +init/);
      for (const verb of ['trace', 'watch'])
        expect((await at.fails('plugin', verb, 'l1', file)).stderr).toMatch(
          /The plugin .*mine\.sh on l1 is in use by another command: process \d+ \(ln-play plugin trace l1/,
        );
      await interrupt(trace);
      expect((await at.ok('plugin', 'list', 'l1')).stdout).toContain(file);
      await at.ok('plugin', 'stop', 'l1', file);
    });

    test('a tracer that is killed leaves the plugin running, and the next one too', async () => {
      const file = await writeFakePlugin(at.folder, {}, 'survivor.sh');
      const trace = at.running('plugin', 'trace', 'l1', file);
      await untilPrinted(trace, /result +init/);
      trace.signal('SIGKILL');
      await trace.result;
      expect(await at.cli('l1', 'fake')).toMatchObject({ answer: 'right' });
      const next = at.running('plugin', 'trace', 'l1', file);
      await untilPrinted(next, /result +init/);
      await interrupt(next);
      expect((await at.ok('plugin', 'list', 'l1')).stdout).toContain(file);
      await at.ok('plugin', 'stop', 'l1', 'survivor.sh');
    });

    test('says why a plugin does not run', async () => {
      const file = await writeFakePlugin(at.folder, { on: { init: 'die' } }, 'dies.sh');
      const { stderr, stdout } = await at.fails('plugin', 'trace', 'l1', file);
      expect(stderr).toMatch(/l1 does not run dies\.sh: exited.*init[^]*name secrets is not defined/);
      expect(stdout).toMatch(/request +init/);
    });
  });

  describe('rpc-trace', () => {
    const socket = () => swapPaths(join(at.playground.dir, 'l1', 'regtest', 'lightning-rpc'));
    const inode = async (path: string) => (await stat(path)).ino;

    test("shows what clients say, and puts lightningd's socket back", async () => {
      const before = await inode(socket().rpc);
      const trace = at.running('rpc-trace', 'l1', '--json');
      await waitFor('the trace to begin', async () =>
        trace.stderr.includes('Ctrl-C') ? { done: true } : { seen: trace.stderr },
      );
      await at.cli('l1', 'listpeers');
      await untilPrinted(trace, /"kind":"result","method":"listpeers"/);
      const lines = linesOf((await interrupt(trace)).stdout);
      expect(lines.map(({ client, from, kind, method }) => [client, from, kind, method])).toEqual([
        [1, 'client', 'request', 'listpeers'],
        [1, 'node', 'result', 'listpeers'],
      ]);
      expect(await inode(socket().rpc)).toBe(before);
      await expect(stat(socket().real)).rejects.toThrow(/ENOENT/);
    });

    test('a second trace is refused; one that is killed is healed', async () => {
      const before = await inode(socket().rpc);
      const trace = at.running('rpc-trace', 'l1');
      await waitFor('the trace to begin', async () =>
        trace.stderr.includes('Ctrl-C') ? { done: true } : { seen: trace.stderr },
      );
      expect((await at.fails('rpc-trace', 'l1')).stderr).toMatch(/The RPC trace of l1 is in use by another command/);
      trace.signal('SIGKILL');
      await trace.result;
      await waitFor("lightningd's socket to be put back", async () =>
        (await inode(socket().rpc)) === before ? { done: true } : { seen: "the tracer's" },
      );
      await at.cli('l1', 'getinfo');
    });

    test('ends when the node does, and lets it start again', async () => {
      const trace = at.running('rpc-trace', 'l1');
      await waitFor('the trace to begin', async () =>
        trace.stderr.includes('Ctrl-C') ? { done: true } : { seen: trace.stderr },
      );
      await at.ok('restart', 'l1');
      const { code, stderr } = await trace.result;
      expect(code).toBe(1);
      expect(stderr).toMatch(/l1 has stopped, and with it the trace/);
      await at.cli('l1', 'getinfo');
    });
  });
});
