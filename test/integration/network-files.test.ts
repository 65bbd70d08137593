import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Playground } from 'ln-play';
import { testWith } from 'ln-play/vitest';
import { describe, expect, test } from 'vitest';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { readNetworkFile } from '../../src/network-file/read.js';
import { CLI, describeEach, runCli, runJson, usePlaygroundFolders, withoutProgress } from './support.js';

const TEMPLATES = fileURLToPath(new URL('../../templates/networks/', import.meta.url));

describeEach((_, { flags, ...options }) => {
  const at = usePlaygroundFolders();

  const names = ['two-nodes', 'lsp-three-clients', 'ring-unequal-fees', 'random-twenty'];

  test.each(names)(
    'the network %s comes up as its file says',
    async (name) => {
      const { spec, file } = await readNetworkFile(join(TEMPLATES, `${name}.yaml`));
      const up = ['up', file, ...flags, '--timeout', '300'];
      const options = { env: { LN_PLAY_DIR: at.dir }, timeoutMs: 300_000 };
      const { nodes, channels } = await runJson<PlaygroundStatus>(up, options);
      expect(nodes.map(({ name, state }) => [name, state])).toEqual(spec.nodes.map((node) => [node.name, 'running']));
      const shape = (all: readonly { from: string; to: string; total_msat: number; to_us_msat: number | null }[]) =>
        all.map(({ from, to, total_msat, to_us_msat }) => `${from} ${to} ${total_msat} ${to_us_msat}`).sort();
      expect(channels.map(({ phase }) => phase)).toEqual(spec.channels.map(() => 'normal'));
      expect(shape(channels)).toEqual(
        shape(
          spec.channels.map(({ from, to, capacitySat, pushMsat = 0n }) => {
            const total = Number(capacitySat) * 1000;
            return { from, to, total_msat: total, to_us_msat: total - Number(pushMsat) };
          }),
        ),
      );
      const again = await runJson<PlaygroundStatus & { started: string[] }>(up, options);
      expect(again.started).toEqual([]);
      expect(shape(again.channels)).toEqual(shape(channels));
    },
    600_000,
  );

  test('a client pays the shop through its LSP', async () => {
    await using playground = await Playground.start({ ...options, network: join(TEMPLATES, 'lsp-three-clients.yaml') });
    const { bolt11 } = await playground.node('shop').invoice(10_000n, { description: 'tea' });
    await playground.settle();
    const { amount_sent_msat: sentMsat } = await playground.node('client2').pay(bolt11);
    expect(sentMsat).toBe(10_000 + 1_000 + 10); // the LSP asks 1 sat and 1000 ppm
  });

  describe('a literal', () => {
    const network = {
      nodes: { alice: { alias: 'Alice' }, bob: null, client: { count: 2 } },
      peers: [['client', 'alice']],
    } as const;

    testWith({ ...options, network })('makes the fixture, with nodes by their names', async ({ playground }) => {
      expect(playground.nodes.map(({ name }) => name)).toEqual(['alice', 'bob', 'client1', 'client2']);
      expect((await playground.status()).nodes.map(({ num_peers }) => num_peers)).toEqual([2, 0, 1, 1]);
      expect(playground.node('client2').name).toBe('client2');
      // @ts-expect-error there is none
      expect(() => playground.node('carol')).toThrow('There is no node "carol"');
    });

    test('with a mistake starts nothing', async () => {
      const wrong = { nodes: { alice: {} }, channels: [{ from: 'alice', to: 'bob', capacity: 1_000_000 }] };
      await expect(Playground.start({ ...options, network: wrong })).rejects.toThrow(
        'network.channels[0].to: there is no node "bob"',
      );
      await expect(Playground.up({ dir: at.dir, nodes: 2, network: wrong })).rejects.toThrow(
        'A network has its own nodes',
      );
      await expect(readFile(join(at.dir, 'ln-play.json'))).rejects.toThrow('ENOENT');
    });
  });
});

describe('which file', () => {
  const at = usePlaygroundFolders();
  /** Runs a command in a folder with a space in its name. */
  const inFolder = async (args: string[], env: Record<string, string> = {}, input = '') => {
    const cwd = join(at.folder, 'my network');
    await mkdir(cwd, { recursive: true });
    const { code, stdout, stderr } = await runCli(args, { cwd, env: { LN_PLAY_DIR: at.dir, ...env }, input });
    return { code, stdout, stderr: withoutProgress(stderr) };
  };
  const write = async (name: string, text: string) => {
    await inFolder(['--version']);
    await writeFile(join(at.folder, 'my network', name), text);
  };
  const embedded = ['--lightningd', 'embedded'];
  const names = async () => (await at.status()).nodes.map(({ name }) => name);
  const noPlayground = async () => await expect(readFile(join(at.dir, 'ln-play.json'))).rejects.toThrow('ENOENT');

  test('ln-play.yaml is found, and said so; LN_PLAY_FILE is before it, and a file that is named before both', async () => {
    await write('ln-play.yaml', 'nodes: { here: }');
    await write('other one.yaml', 'nodes: { variable: }');
    await write('named.json', '{ "nodes": { "named": {} } }');
    expect(await inFolder(['up', ...embedded])).toMatchObject({ code: 0, stderr: 'using ln-play.yaml\n' });
    expect(await names()).toEqual(['here']);
    await runCli(['destroy', '--yes', '--dir', at.dir]);
    const variable = { LN_PLAY_FILE: 'other one.yaml' };
    expect(await inFolder(['up', ...embedded], variable)).toMatchObject({ code: 0, stderr: 'using other one.yaml\n' });
    expect(await names()).toEqual(['variable']);
    await runCli(['destroy', '--yes', '--dir', at.dir]);
    expect(await inFolder(['up', 'named.json', ...embedded], variable)).toMatchObject({ code: 0, stderr: '' });
    expect(await names()).toEqual(['named']);
    await runCli(['destroy', '--yes', '--dir', at.dir]);
    expect(await inFolder(['up', '--nodes', '1', ...embedded])).toMatchObject({
      code: 0,
      stderr: 'ln-play.yaml is not used: --nodes says what nodes there are\n',
    });
    expect(await names()).toEqual(['l1']);
    await runCli(['destroy', '--yes', '--dir', at.dir]);
    const pipe = `echo 'nodes: { piped: }' | "$0" "$@" up /dev/stdin --lightningd embedded --dir "$DIR"`;
    execFileSync('sh', ['-c', pipe, process.execPath, CLI], { env: { ...process.env, DIR: at.dir }, stdio: 'pipe' });
    expect(await names()).toEqual(['piped']);
  });

  test.each<[args: string[], env: Record<string, string>, says: string]>([
    [['up', 'x.yaml', '--nodes', '2'], {}, 'error: x.yaml and --nodes each say what nodes there are\n'],
    [
      ['up', '--topology', 'star:3', '--nodes', '2'],
      {},
      'error: --topology and --nodes each say what nodes there are\n',
    ],
    [['up', 'x.yaml', '--topology', 'star:3'], {}, 'error: x.yaml and --topology each say what nodes there are\n'],
    [['up', '--capacity', '1btc'], {}, 'error: --capacity is for --topology\n'],
    [['up', '--topology', 'star:3', '--seed', 'x'], {}, 'error: --seed "x" is not a whole number'],
    [['up', '--topology', 'star:501'], {}, 'error: "star:501" is too large'],
    [['up', 'none.yaml'], {}, 'error: There is no file none.yaml\n'],
    [['up', '.'], {}, 'is a folder\n'],
    [['up', ''], {}, 'is a folder\n'],
    [['up'], { LN_PLAY_FILE: 'gone.yaml' }, 'error: LN_PLAY_FILE names gone.yaml, and there is no such file\n'],
    [['up', 'bad.yaml'], {}, 'error: bad.yaml:1:13: a has no key "alais"\nhint: did you mean alias?\n'],
    [['topology'], {}, 'error: Which topology?\n'],
    [['topology', 'star:3', '--from', 'x'], {}, 'error: A topology and --from are two networks\n'],
    [['topology', 'star:3', '--nodes', '3'], {}, 'error: --nodes is for --from\n'],
    [['topology', 'house'], {}, 'error: There is no topology "house"\n'],
    [['topology', 'two-nodes', '--seed', '3'], {}, 'error: --seed is for a shape'],
    [['topology', '--from', 'bad.yaml'], {}, "error: bad.yaml is none of lnd's describegraph"],
  ])('%j is refused, and nothing is made', async (args, env, says) => {
    await write('bad.yaml', 'nodes: {a: {alais: A}}');
    const { code, stdout, stderr } = await inFolder(args, env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    await noPlayground();
    const json = JSON.parse((await inFolder([...args, '--json'], env)).stdout) as { error: { code: string } };
    expect(json.error.code).toBe('USAGE');
  });

  test('a topology is a file, of YAML or JSON, and `up --topology` is the same network', async () => {
    const yaml = await inFolder(['topology', 'random:5', '--seed', '3', '--capacity', '0.02btc']);
    await write('net.yaml', yaml.stdout);
    const json = await inFolder(['topology', 'random:5', '--seed', '3', '--capacity', '0.02btc', '--json']);
    await write('net.json', json.stdout);
    const folder = join(at.folder, 'my network');
    const { spec } = await readNetworkFile(join(folder, 'net.yaml'));
    expect(spec.channels[0]).toMatchObject({ capacitySat: 2_000_000n, pushMsat: 1_000_000_000n });
    expect((await readNetworkFile(join(folder, 'net.json'))).spec).toEqual(spec);
    const schema = JSON.parse((await inFolder(['schema'])).stdout) as { properties: object };
    expect(Object.keys(schema.properties)).toContain('channels');
  });

  test('an export is written as a file, and said what of it was taken', async () => {
    const edges = [1, 2, 3].map((n) => ({ node1_pub: 'hub', node2_pub: `n${n}`, capacity: `${n}000000` }));
    await write('graph.json', JSON.stringify({ nodes: [{ pub_key: 'hub', alias: 'Hub' }], edges }));
    const { code, stdout, stderr } = await inFolder(['topology', '--from', 'graph.json', '--nodes', '3']);
    expect(code).toBe(0);
    expect(stderr).toContain('taken are the largest that are connected: 3 nodes, 2 channels');
    await write('net.yaml', stdout);
    const { spec } = await readNetworkFile(join(at.folder, 'my network', 'net.yaml'));
    expect(spec.channels.map(({ capacitySat }) => capacitySat)).toEqual([2_000_000n, 3_000_000n]);
  });

  test('plugins are relative to the file, wherever one is', async () => {
    await mkdir(join(at.folder, 'my network', 'plugins'), { recursive: true });
    const plugin = join(at.folder, 'my network', 'plugins', 'hello.sh');
    await copyFile(fileURLToPath(new URL('../../templates/shell/my-plugin.sh', import.meta.url)), plugin);
    await write('net.yaml', 'nodes: { alice: { plugins: [./plugins/hello.sh] } }');
    const file = join(at.folder, 'my network', 'net.yaml');
    await at.json('up', file, ...embedded);
    const { plugins } = await at.json<{ plugins: { name: string }[] }>('plugin', 'list', 'alice');
    expect(plugins.map(({ name }) => name)).toContain(plugin);
  });
});
