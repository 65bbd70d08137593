import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Call, Session } from '../../../../src/embedded/context.js';
import { LogBook } from '../../../../src/embedded/log/log-book.js';
import { pluginMethods } from '../../../../src/embedded/methods/plugin.js';
import { Options } from '../../../../src/embedded/options/options.js';
import { PluginHost } from '../../../../src/embedded/plugins/host.js';
import { STARTUP_TIMEOUT_MS } from '../../../../src/embedded/plugins/plugin.js';
import { commandOf, Registry } from '../../../../src/embedded/rpc/registry.js';
import { writeFakePlugin, writeScript, type FakeBehaviour } from '../../../fakes/plugins/support.js';

let dir: string;
let book: LogBook;
let registry: Registry;
let options: Options;
let host: PluginHost;
let importantDied = false;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ln-play hóst '));
  await mkdir(join(dir, 'regtest'));
  importantDied = false;
});
afterEach(async () => {
  await host.shutdown();
  await rm(dir, { recursive: true, force: true });
});

function create(...args: string[]): PluginHost {
  book = new LogBook();
  registry = new Registry();
  options = new Options([`--lightning-dir=${dir}`, ...args]);
  host = new PluginHost({
    options,
    book,
    registry,
    developer: false,
    deprecatedOk: true,
    importantDied: () => (importantDied = true),
  });
  for (const each of pluginMethods(host, dir))
    registry.add(commandOf(each, { log: book.logger('lightningd'), developer: false }));
  return host;
}

async function boot(...args: string[]): Promise<void> {
  await create(...args).startAll();
  options.checkAll();
  expect(await host.init(undefined)).toBe(true);
}

const fake = async (behaviour: FakeBehaviour, name?: string): Promise<string> =>
  await writeFakePlugin(dir, behaviour, name);

const session: Session = { notifications: false, deprecatedOk: true };
const notified: unknown[] = [];
const callOf = (params: unknown): Call => ({
  id: 'me',
  params,
  session,
  progress: () => {},
  notify: (method, rest) => notified.push([method, rest]),
  disconnected: new AbortController().signal,
});
async function call(name: string, params: object = {}): Promise<Record<string, unknown>> {
  const text = await registry.get(name)!.run({ params, text: JSON.stringify(params) }, callOf(params));
  return JSON.parse(text) as Record<string, unknown>;
}

const logged = (): string[] => book.entries().map(({ prefix, text }) => `${prefix}: ${text}`);
const sawLog = async (text: string | RegExp): Promise<void> => {
  await expect.poll(() => logged().join('\n'), { timeout: 15_000 }).toMatch(text);
};

/** Waits, without timers, until a plugin stands where it is asked for its manifest, or configured. */
async function waitUntilAsked(method: 'getmanifest' | 'init'): Promise<void> {
  const state = method === 'init' ? 'awaitingInit' : 'awaitingManifest';
  while (!host.list().some((plugin) => plugin.state === state)) await new Promise((resolve) => setImmediate(resolve));
}

describe('at the start', () => {
  test('a plugin of the options is asked, configured and listed, and its standard error is in the log', async () => {
    const path = await fake({ stderr: 'hello from stderr' });
    await boot(`--plugin=${path}`);
    expect(await call('plugin', ['list'])).toEqual({
      command: 'list',
      plugins: [{ name: path, active: true, dynamic: true }],
    });
    expect(await call('fake', { a: 12_345 })).toEqual({ answer: 'right', params: { a: 12_345 } });
    expect(registry.get('fake')?.usage).toBe('[answer]');
    await sawLog('plugin-fake.sh: hello from stderr');
    await sawLog(new RegExp(`plugin-manager: started\\(\\d+\\) ${path}`));
  });

  test('directories, disable-plugin and clear-plugins count in their order', async () => {
    await mkdir(join(dir, 'plugins/deep'), { recursive: true });
    await mkdir(join(dir, 'more'));
    for (const name of ['plugins/own', 'plugins/deep/inner', 'more/a', 'more/b'])
      await fake({ manifest: { rpcmethods: [] } }, name);
    await writeScript(dir, 'more/notes.txt', 'not executable', 0o644);
    await writeScript(dir, 'more/b~', 'a backup');
    await boot(`--plugin-dir=${dir}/more`, '--disable-plugin=b');
    expect(
      host
        .list()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['a', 'inner', 'own']);
    await host.shutdown();
    await boot(`--plugin-dir=${dir}/more`, '--clear-plugins');
    expect(host.list()).toEqual([]);
  });

  test('a plugin that is missing or cannot be run ends the start', async () => {
    await expect(create('--plugin=/no/such').startAll()).rejects.toThrow(
      '--plugin=/no/such: Failed to register /no/such: No such file or directory',
    );
    const plain = await writeScript(dir, 'plain', '#!/bin/sh\n', 0o644);
    await expect(create(`--plugin=${plain}`).startAll()).rejects.toThrow(
      `error starting plugin '${plain}': opening pipe: Permission denied`,
    );
    const lost = await writeScript(dir, 'lost', '#!/no/such/python\n');
    await expect(create(`--plugin=${lost}`).startAll()).rejects.toThrow(/opening pipe: No such file or directory/);
    await expect(create(`--plugin-dir=/no/such`).startAll()).rejects.toThrow(
      '--plugin-dir=/no/such: Failed to open plugin-dir /no/such: No such file or directory',
    );
  });

  test('an important plugin that fails ends the start, and later the daemon', async () => {
    const dying = await fake({ on: { getmanifest: 'die' } }, 'dying');
    await expect(create(`--important-plugin=${dying}`).startAll()).rejects.toThrow('Could not initialize the plugins');
    const later = await fake({ on: { fake: 'die' } }, 'later');
    await boot(`--important-plugin=${later}`);
    await expect(call('fake')).rejects.toMatchObject({ code: -4 });
    expect(importantDied).toBe(true);
    expect(logged()).toContain('plugin-later: Plugin marked as important, shutting down lightningd!');
  });

  test('two options of one name end the start', async () => {
    const option = { name: 'greeting', type: 'string', description: 'x' };
    for (const name of ['one', 'two']) await fake({ manifest: { options: [option], rpcmethods: [] } }, name);
    await expect(create(`--plugin=${dir}/one`, `--plugin=${dir}/two`).startAll()).rejects.toThrow(
      "option name 'greeting' is already taken",
    );
  });
});

describe('plugin start', () => {
  const faults = [
    ['half', 'getmanifest', undefined],
    ['banner', 'getmanifest', /^Failed to parse RPC JSON response 'Welcome/],
    ['array', 'getmanifest', /^JSON-RPC message does not contain "jsonrpc" field: '\[1, 2\]'/],
    ['no-jsonrpc', 'getmanifest', /does not contain "jsonrpc" field/],
    ['error', 'getmanifest', /^Invalid\/missing result tok in/],
    ['die', 'getmanifest', 'exited before replying to getmanifest (exit code 1)'],
    ['die', 'init', 'exited before replying to init (exit code 1)'],
    ['bad-log', 'init', /^Unknown log-level "loud"/],
    ['disable', 'getmanifest', 'disabled itself: not today'],
    ['disable', 'init', 'disabled itself at init: not today'],
    ['fork-and-exit', 'getmanifest', 'exited before replying to getmanifest (exit code 0)'],
  ] as const;

  test.each(faults.filter(([, , why]) => why !== undefined))(
    'of one with %s at %s says why',
    async (fault, at, why) => {
      await boot();
      const path = await fake({ on: { [at]: fault } });
      const error = (await call('plugin', { subcommand: 'start', plugin: path }).catch((e: unknown) => e)) as Error;
      expect(error).toMatchObject({ code: -3 });
      expect(error.message.slice(`${path}: `.length)).toMatch(why!);
      expect(host.list()).toEqual([]);
      expect(registry.get('fake')).toBeUndefined();
    },
  );

  test.each(['twice', 'unknown-id', 'unannounced'] as const)('of one with %s goes well', async (fault) => {
    await boot();
    const path = await fake({ on: { init: fault } });
    expect(await call('plugin', ['start', path])).toMatchObject({ plugins: [{ name: path, active: true }] });
    expect(await call('fake')).toMatchObject({ answer: 'right' });
  });

  test.each([
    [{ rpcmethods: 5 }, '"result.rpcmethods" is not an array'],
    [{ options: {} }, '"result.options" is not an array'],
    [{ options: [{ name: 'A', type: 'string', description: '' }] }, 'Option "name" must be lowercase'],
    [{ options: [{ name: 'a', type: 'float', description: '' }] }, 'Only "string", "int", "bool", and "flag" options'],
    [
      { options: [{ name: 'a', type: 'int', description: '', default: 'x' }] },
      "Invalid default 'x': 'x' is not a number",
    ],
    [{ options: [{ name: 'alias', type: 'string', description: '' }] }, 'Option "alias" already registered'],
    [{ rpcmethods: [{ name: 'fake' }] }, '"usage" not provided by plugin'],
    [{ rpcmethods: [{ name: 'plugin', usage: '' }] }, 'Could not register method "plugin", a method with that name'],
    [{ hooks: ['nosuch'] }, 'Unknown hook name nosuch'],
    [{ hooks: [{ name: 'openchannel', filters: ['x'] }] }, 'Hook openchannel does not allow filters'],
    [{ subscriptions: 'connect' }, '"result.subscriptions" is not an array'],
    [{ notifications: [{ method: 'connect' }] }, 'plugin attempted to register a native notification topic "connect"'],
    [{ nonnumericids: false }, 'Plugin does not allow nonnumericids'],
    [{ dynamic: 'yes' }, 'getmanifest: invalid "dynamic" field yes'],
    [{ dynamic: false }, 'Not a dynamic plugin'],
  ])('refuses the manifest %j', async (manifest, why) => {
    await boot();
    const path = await fake({ manifest });
    await expect(call('plugin', ['start', path])).rejects.toThrow(`${path}: ${why}`);
  });

  test('says what is wrong with the file', async () => {
    await boot();
    await expect(call('plugin', ['start', '/no/such'])).rejects.toMatchObject({
      code: -32602,
      message: `${join(dir, 'plugins', '/no/such')} is not executable: No such file or directory`,
    });
    await expect(call('plugin', ['start', dir])).rejects.toThrow(`${dir}: Is a directory`);
    const path = await fake({});
    await call('plugin', ['start', path]);
    await expect(call('plugin', ['start', path])).rejects.toThrow(`${path}: already registered`);
    await expect(call('plugin', ['start', path, 'more'])).rejects.toThrow('Extra parameters must be in object');
    await expect(call('plugin', ['jump'])).rejects.toThrow("Unknown subcommand 'jump'");
    const folder = await writeScript(dir, 'windows', '#!/bin/sh\r\nexit 0\r\n');
    await expect(call('plugin', ['start', folder])).rejects.toThrow(
      /opening pipe: No such file|exited before replying/,
    );
  });

  test('of one that runs starts it again where its file has changed', async () => {
    await boot();
    const path = await fake({ answer: 'old' });
    await call('plugin', ['start', path]);
    await fake({ answer: 'new' });
    await call('plugin', ['start', path]);
    expect(await call('fake')).toMatchObject({ answer: 'new' });
    expect(logged()).toContain('plugin-fake.sh: Killing plugin: Plugin changed, needs restart.');
    expect(host.list()).toHaveLength(1);
  });

  test.each(['getmanifest', 'init'] as const)('of one that never answers %s ends after a minute', async (at) => {
    await boot();
    const path = await fake({ on: { [at]: 'silent' } });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const started = call('plugin', ['start', path]).catch((error: unknown) => error);
      await waitUntilAsked(at);
      vi.advanceTimersByTime(STARTUP_TIMEOUT_MS);
      expect(await started).toMatchObject({ message: `${path}: timed out before replying to ${at}` });
    } finally {
      vi.useRealTimers();
    }
  });

  test('takes options for the plugin, which are gone with it', async () => {
    await boot();
    const manifest = {
      options: [
        { name: 'text', type: 'string', description: 'x', default: 'Hi' },
        { name: 'num', type: 'int', description: 'x', default: 7, multi: true },
        { name: 'yes', type: 'bool', description: 'x' },
        { name: 'on', type: 'flag', description: 'x' },
      ],
      rpcmethods: [{ name: 'fake', usage: '' }],
    };
    const path = await fake({ manifest });
    await expect(call('plugin', { subcommand: 'start', plugin: path, other: 1 })).rejects.toThrow(
      'unknown parameter other',
    );
    await expect(call('plugin', { subcommand: 'start', plugin: path, num: 'x' })).rejects.toThrow(
      "'x' is not a number",
    );
    await call('plugin', { subcommand: 'start', plugin: path, num: 9, on: true });
    expect(options.list('num')).toEqual(['9']);
    expect(options.spec('text')).toMatchObject({ plugin: path, default: 'Hi' });
    await call('plugin', ['stop', 'fake.sh']);
    expect(options.spec('num')).toBeUndefined();
    expect(options.settings().some(({ name }) => name === 'num')).toBe(false);
  });
});

describe('a running plugin', () => {
  test('is told of what it subscribed to, wrapped by topic', async () => {
    await boot(`--plugin=${await fake({ manifest: { subscriptions: ['connect', 'nosuch', 'shutdown'] } })}`);
    expect(logged()).toContain("plugin-fake.sh: topic 'nosuch' is not a known notification topic");
    host.notify('connect', { id: '02' });
    await sawLog('plugin-fake.sh: told of connect');
    host.notify('disconnect', { id: '02' });
    await call('fake');
    expect(logged().join()).not.toContain('told of disconnect');
  });

  test('that subscribes to all is told of others that come and go, but not of the log', async () => {
    await boot(`--plugin=${await fake({ manifest: { subscriptions: ['*'], rpcmethods: [] } }, 'all')}`);
    await call('plugin', ['start', await fake({}, 'other')]);
    await sawLog('plugin-all: told of plugin_started');
    await call('plugin', ['stop', 'other']);
    await sawLog('plugin-all: told of plugin_stopped');
    expect(logged().join()).not.toContain('told of log');
  });

  test('stops when it is told to, by itself where it wants to know', async () => {
    await boot();
    for (const subscriptions of [[], ['shutdown']]) {
      const path = await fake({ manifest: { subscriptions } });
      await call('plugin', ['start', path]);
      expect(await call('plugin', ['stop', path])).toEqual({
        command: 'stop',
        result: 'Successfully stopped fake.sh.',
      });
      expect(host.list()).toEqual([]);
    }
    await expect(call('plugin', ['stop', 'fake.sh'])).rejects.toThrow('Could not find plugin fake.sh');
    const fixed = await fake({ manifest: { dynamic: false } }, 'fixed');
    await host.shutdown();
    await boot(`--plugin=${fixed}`);
    await expect(call('plugin', ['stop', 'fixed'])).rejects.toThrow('fixed cannot be managed when lightningd is up');
  });

  test('answers for itself: errors come as they are, and its end is an error too', async () => {
    await boot(`--plugin=${await fake({ on: { fake: 'error' } })}`);
    await expect(call('fake')).rejects.toMatchObject({ text: '{"code":-1,"message":"no, thank you"}' });
    await host.shutdown();
    await boot(`--plugin=${await fake({ on: { fake: 'die' } })}`);
    await expect(call('fake')).rejects.toMatchObject({
      code: -4,
      message: 'Plugin terminated before replying to RPC call.',
    });
    expect(logged()).toContain('plugin-fake.sh: Killing plugin: exited during normal operation (exit code 1)');
  });
});

describe('hooks', () => {
  const hooked = async (name: string, hooks: readonly unknown[], on: FakeBehaviour['on'] = {}): Promise<string> =>
    await fake({ manifest: { hooks, rpcmethods: [] }, on }, name);

  test('are asked in order, and a plugin that fails at one is passed over', async () => {
    const paths = [
      await hooked('first', [{ name: 'openchannel', after: ['second'] }]),
      await hooked('second', ['openchannel']),
      await hooked('third', [{ name: 'openchannel', before: ['second'] }], { openchannel: 'die' }),
    ];
    await boot('--log-level=trace', ...paths.map((path) => `--plugin=${path}`));
    expect(host.hasHook('openchannel')).toBe(true);
    expect(host.hasHook('peer_connected')).toBe(false);
    expect(await host.ask('openchannel', { openchannel: {} })).toEqual({ result: 'continue' });
    expect(logged().filter((line) => line.includes('Calling'))).toEqual(
      ['third', 'second', 'first'].map((name) => `lightningd: Calling openchannel hook of plugin ${name}`),
    );
    expect(host.list().map(({ name }) => name)).toEqual(['first', 'second']);
  });

  test('with wishes that contradict each other drop the plugins', async () => {
    const paths = [
      await hooked('one', [{ name: 'openchannel', after: ['two'] }]),
      await hooked('two', [{ name: 'openchannel', after: ['one'] }]),
    ];
    await boot(...paths.map((path) => `--plugin=${path}`));
    expect(host.list()).toEqual([]);
    expect(logged()).toContain('plugin-one: Killing plugin: Cannot meet required hook dependencies');
  });

  test('answered with nonsense count as continue, and an error drops the plugin', async () => {
    await boot(`--plugin=${await hooked('bad', ['custommsg', 'peer_connected'], { peer_connected: 'error' })}`);
    expect(await host.ask('custommsg', { payload: '8001' })).toEqual({ result: 'continue' });
    expect(await host.ask('peer_connected', {})).toEqual({ result: 'continue' });
    expect(logged().join('\n')).toMatch(/Plugin bad for peer_connected returned non-result response/);
    expect(host.list()).toEqual([]);
  });

  test('are asked only for what their filters name', async () => {
    await boot(
      `--plugin=${await hooked('picky', [{ name: 'rpc_command', filters: ['pay'] }], { rpc_command: 'die' })}`,
    );
    expect(await host.ask('rpc_command', { rpc_command: { method: 'getinfo' } })).toEqual({ result: 'continue' });
    expect(host.list()).toHaveLength(1);
    await host.ask('rpc_command', { rpc_command: { method: 'pay' } });
    expect(host.list()).toEqual([]);
  });
});
