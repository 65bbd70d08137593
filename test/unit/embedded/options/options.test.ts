import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LogBook } from '../../../../src/embedded/log/log-book.js';
import { configMethods } from '../../../../src/embedded/methods/config.js';
import { renderHelp } from '../../../../src/embedded/options/help.js';
import { Options } from '../../../../src/embedded/options/options.js';
import { OPTIONS } from '../../../../src/embedded/options/table.js';
import type { Call } from '../../../../src/embedded/context.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ln-play öptions '));
  await mkdir(join(dir, 'regtest'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const config = (text: string, file = 'config'): Promise<void> => writeFile(join(dir, file), text);
const read = (...args: string[]): Options => new Options([`--lightning-dir=${dir}`, ...args]);

describe('the command line', () => {
  test('takes --name=value, --name value, flags and short ones', () => {
    const options = read('--alias=a=b', '--rgb', 'ff0000', '--developer', '-h', '--bind-addr=/x', '--bind-addr', '/y');
    expect(options.string('alias')).toBe('a=b');
    expect(options.string('rgb')).toBe('ff0000');
    expect(options.flag('developer')).toBe(true);
    expect(options.asked('help')).toBe(true);
    expect(options.list('bind-addr')).toEqual(['/x', '/y']);
    expect(options.networkDir).toBe(join(dir, 'regtest'));
  });

  test.each([
    [['word'], 'no arguments accepted'],
    [['--alias'], '--alias: requires an argument'],
    [['--developer=yes'], "--developer=yes: doesn't allow an argument"],
    [['--fee-base=x'], "--fee-base=x: 'x' is not a number"],
    [['--fee-base=4294967296'], "--fee-base=4294967296: '4294967296' is out of range"],
    [['--rgb=red'], "--rgb=red: rgb 'red' is not six hex digits"],
    [['--rpc-file-mode=600'], "--rpc-file-mode=600: '600' is not a file mode"],
    [['--log-timestamps=maybe'], "--log-timestamps=maybe: Invalid argument 'maybe'"],
    [['--dev-bitcoind-poll=1'], '--dev-bitcoind-poll=1: requires --developer'],
    [['--network=foo'], "--network=foo: Unknown network name 'foo'"],
    [['--testnet4', '--network=testnet'], /--network=testnet: testnet is not for this daemon/],
    [
      ['--experimental-splicing'],
      '--experimental-splicing: the embedded lightningd does not support it: LDK has no such thing',
    ],
    [[`--alias=${'é'.repeat(17)}`], /is over 32 characters/],
  ])('%j is refused', (args, message) => {
    expect(() => read(...args).checkNetwork()).toThrow(message);
  });

  test('keeps what is unknown for plugins, and refuses it when none knows it', () => {
    const options = read('--greeting', 'hello', '--loud');
    expect(() => options.checkAll()).toThrow('--greeting=hello: unknown option');
    for (const [name, kind] of [['greeting', 'string'] as const, ['loud', 'flag'] as const])
      options.register({ name, kind, help: '', use: { use: 'honoured' }, plugin: '/p' });
    options.checkAll();
    expect(options.string('greeting')).toBe('hello');
    expect(options.flag('loud')).toBe(true);
  });
});

describe('configuration files', () => {
  test('come in the order base, network, command line', async () => {
    await config('network=regtest\n# comment\n\nalias=base  \nfee-base=1\nlog-file=one\n');
    await config('alias=net\nfee-base=2\nlog-file=two\r\n', 'regtest/config');
    const options = read('--fee-base=3', '--log-file=-');
    expect(options.string('alias')).toBe('net');
    expect(options.number('fee-base')).toBe(3);
    expect(options.list('log-file')).toEqual(['one', 'two', '-']);
  });

  test('include others, relative to themselves', async () => {
    await config('include regtest/more\n');
    await config('rgb=00ff00\n', 'regtest/more');
    expect(read().string('rgb')).toBe('00ff00');
    await config('include missing\n');
    expect(() => read()).toThrow(`Opening and reading ${join(dir, 'missing')}: No such file or directory`);
    await config('include config\n');
    expect(() => read()).toThrow(/^Include loop with/);
  });

  test('--conf stands in for both', async () => {
    await config('alias=base\n');
    await config('rgb=0000ff\n', 'other');
    const options = read(`--conf=${join(dir, 'other')}`);
    expect([options.string('alias'), options.string('rgb')]).toEqual([undefined, '0000ff']);
    expect(() => read('--conf=/nowhere')).toThrow('Opening and reading /nowhere: No such file or directory');
  });

  test.each([
    ['config', 'alias\n', 'line 1: alias: requires an argument'],
    ['config', '\nconf=x\n', 'line 2: conf=x: not permitted in configuration files'],
    ['config', 'lightning-dir=x\n', 'line 1: lightning-dir=x: not permitted in implicit configuration files'],
    ['regtest/config', 'network=regtest\n', 'line 1: network=regtest: not permitted in network-specific'],
  ])('%s with %j is refused with its place', async (file, text, message) => {
    await config(text, file);
    expect(() => read()).toThrow(`Config file ${join(dir, file)} ${message}`);
  });

  test('an unknown line is refused once all plugins are known', async () => {
    await config('nonsense\n');
    expect(() => read().checkAll()).toThrow(`Config file ${join(dir, 'config')} line 1: nonsense: unknown option`);
  });
});

test('each option is there once, and each that is not honoured says why', () => {
  expect(new Set(OPTIONS.map(({ name }) => name)).size).toBe(OPTIONS.length);
  for (const { use } of OPTIONS) if (use.use !== 'honoured') expect(use.why).not.toBe('');
});

test('--help is in columns, with options of plugins at the end', () => {
  const options = read();
  options.register({ name: 'greeting', kind: 'string', help: 'What to say', default: 'Hi', use: { use: 'honoured' } });
  const lines = renderHelp('lightningd', options).trimEnd().split('\n');
  expect(lines).toContain('--developer                             Turn on developer commands and options,');
  expect(lines).toContain('--help|-h                               Print this message');
  expect(lines.at(-1)).toBe('--greeting <arg>                        What to say (default: Hi)');
  expect(lines.filter((line) => line.length > 120)).toEqual([]);
});

describe('listconfigs and setconfig', () => {
  const call = async (options: Options, name: string, args: Record<string, unknown>): Promise<unknown> => {
    const log = new LogBook().logger('lightningd');
    const found = configMethods(options, log, async () => {}).find((method) => method.name === name)!;
    const converted = found.params.flatMap((spec) =>
      spec.name in args
        ? [[spec.name, spec.type(args[spec.name], spec.name)]]
        : spec.default === undefined
          ? []
          : [[spec.name, spec.default]],
    );
    return await found.handle(Object.fromEntries(converted) as Record<string, unknown>, {} as Call);
  };

  test('say what is set and where', async () => {
    await config('alias=l1\nlog-file=a\n');
    const options = read('--developer', '--fee-base=5');
    const { configs } = (await call(options, 'listconfigs', {})) as { configs: Record<string, object> };
    expect(configs).toMatchObject({
      developer: { set: true, source: 'cmdline' },
      alias: { value_str: 'l1', source: `${join(dir, 'config')}:1` },
      'log-file': { values_str: ['a'], sources: [`${join(dir, 'config')}:2`] },
      'fee-base': { value_int: 5n, source: 'cmdline' },
      'min-capacity-sat': { value_int: 10_000n, source: 'default', dynamic: true },
      'htlc-maximum-msat': { value_msat: 18_446_744_073_709_551_615n, source: 'default' },
      'allow-deprecated-apis': { value_bool: true, source: 'default' },
    });
    expect(configs['help']).toBeUndefined();
    await expect(call(options, 'listconfigs', { config: 'foo' })).rejects.toThrow('config: Unknown config option');
  });

  test('setconfig lasts over a restart, unless it is transient', async () => {
    await config('network=regtest\n');
    const options = read();
    expect(await call(options, 'setconfig', { config: 'min-capacity-sat', val: '20000' })).toMatchObject({
      config: { config: 'min-capacity-sat', value_int: 20_000n, dynamic: true },
    });
    expect(options.number('min-capacity-sat')).toBe(20_000);
    expect(read().number('min-capacity-sat')).toBe(20_000);
    await call(options, 'setconfig', { config: 'min-capacity-sat', val: 30_000 });
    expect(await readFile(join(dir, 'regtest/config.setconfig'), 'utf8')).not.toContain('20000');
    await call(options, 'setconfig', { config: 'min-capacity-sat', val: 40_000, transient: true });
    expect(options.number('min-capacity-sat')).toBe(40_000);
    expect(read().number('min-capacity-sat')).toBe(30_000);
    await expect(call(options, 'setconfig', { config: 'alias', val: 'x' })).rejects.toThrow(
      'config: Not a dynamic config option',
    );
    await expect(call(options, 'setconfig', { config: 'min-capacity-sat', val: 'x' })).rejects.toThrow(
      "'x' is not a number",
    );
  });
});
