import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dir } from 'tmp-promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../../src/core/wait.js';
import { checkPlugin, type CheckOptions } from '../../../src/plugins/check/check.js';
import { findByArgument } from '../../../src/process/table.js';
import { writeFakePlugin, writeScript, type FakeBehaviour, type Fault } from '../../fakes/plugins/support.js';

let folder: string;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ path: folder, cleanup } = await dir({ prefix: 'ln-play-test-', unsafeCleanup: true }));
});
afterAll(() => cleanup());

const PATIENT: CheckOptions = { timeoutMs: 15_000, endTimeoutMs: 5_000 };
const HASTY: CheckOptions = { timeoutMs: 3_000, endTimeoutMs: 500 };

const check = async (behaviour: FakeBehaviour, options: CheckOptions = PATIENT) =>
  await checkPlugin(await writeFakePlugin(folder, behaviour), options);

const texts = (report: Awaited<ReturnType<typeof check>>, outcome: string): string =>
  report.findings
    .filter((finding) => finding.outcome === outcome)
    .map(({ subject, text, hint, details }) => [`${subject}: ${text}`, hint, ...(details ?? [])].join('\n'))
    .join('\n');

describe('a plugin as it should be', () => {
  it('passes, with its times, its manifest and every message', async () => {
    const report = await check({ stderr: 'hello, stderr' });
    expect(texts(report, 'failed')).toBe('');
    expect(report.ok).toBe(true);
    expect(report.manifest?.methods).toMatchObject([{ name: 'fake', usage: '[answer]' }]);
    expect(report.getmanifestMs).toBeGreaterThan(0);
    expect(report.initMs).toBeGreaterThan(0);
    expect(report.stderr).toEqual(['hello, stderr']);
    expect(report.messages.map(({ from, kind, method }) => [from, kind, method])).toEqual([
      ['node', 'request', 'getmanifest'],
      ['plugin', 'result', 'getmanifest'],
      ['node', 'request', 'init'],
      ['plugin', 'result', 'init'],
    ]);
    expect(texts(report, 'passed')).toContain('exits when its standard input closes');
  });

  it('is asked init with the defaults of its options, typed as lightningd does', async () => {
    const options = [
      { name: 'greeting', type: 'string', default: 'hi', description: 'd' },
      { name: 'count', type: 'int', default: '7', description: 'd', multi: true },
      { name: 'loud', type: 'bool', default: 'yes', description: 'd' },
      { name: 'quiet', type: 'flag', description: 'd' },
    ];
    const report = await check({ manifest: { options } });
    const init = report.messages.find(({ kind, method }) => kind === 'request' && method === 'init');
    expect(init?.message).toMatchObject({
      params: { options: { greeting: 'hi', count: [7], loud: true }, configuration: { network: 'regtest' } },
    });
  });

  it.each([
    [{ nosuch: 5 }, 'unknown parameter nosuch'],
    [{ count: 'many' }, '--count=many: "many" is not of type int'],
    [{ loud: 'maybe' }, '--loud=maybe: "maybe" is not of type bool'],
  ])('is not run with options that lightningd refuses: %o', async (values, problem) => {
    const options = [
      { name: 'count', type: 'int', description: 'd' },
      { name: 'loud', type: 'bool', description: 'd' },
    ];
    const report = await check({ manifest: { options } }, { ...PATIENT, options: values });
    expect(report.findings.filter(({ outcome }) => outcome === 'failed')).toMatchObject([
      { subject: 'options', text: problem, hint: 'its options are count (int), loud (bool)' },
    ]);
    expect(report.messages.some(({ method }) => method === 'init')).toBe(false);
  });

  it('stops after getmanifest where only that is wanted', async () => {
    const report = await check({ on: { init: 'die' } }, { ...PATIENT, depth: 'manifest' });
    expect(report.ok).toBe(true);
    expect(report.initMs).toBeUndefined();
  });
});

describe('what lightningd kills it for', () => {
  const cases: readonly [Fault, string, RegExp][] = [
    ['banner', 'getmanifest', /not JSON-RPC: "Welcome to my plugin!/],
    ['array', 'getmanifest', /not a JSON-RPC message: "\[1, 2\]"/],
    ['no-jsonrpc', 'getmanifest', /without "jsonrpc"/],
    ['error', 'getmanifest', /answers getmanifest with an error: no, thank you/],
    ['neither', 'getmanifest', /neither a "result" nor an "error"/],
    ['die', 'getmanifest', /exited with code 1[^]*Traceback: name secrets is not defined/],
    ['die', 'init', /before it answered init, it exited with code 1[^]*name secrets/],
    ['flood', 'getmanifest', /prints without end/],
    ['fork-and-exit', 'getmanifest', /left behind a process that holds its standard output/],
    ['bad-log', 'init', /unknown level "loud"/],
    ['disable', 'getmanifest', /disables itself: not today/],
    ['disable', 'init', /disables itself: not today/],
  ];
  it.each(cases)('%s in %s', async (fault, method, expected) => {
    const report = await check({ on: { [method]: fault } });
    expect(report.ok).toBe(false);
    expect(texts(report, 'failed')).toMatch(expected);
  });

  it.each<[Fault, string, RegExp]>([
    ['silent', 'getmanifest', /did not answer getmanifest within \d\.\d s/],
    ['silent', 'init', /did not answer init within \d\.\d s/],
    ['half', 'getmanifest', /half a message: "\{\\"jsonrpc\\":\\"2\.0\\"/],
    ['numeric-id', 'getmanifest', /answered the id 1, a number/],
  ])('%s in %s, when its time is up', async (fault, method, expected) => {
    const report = await check({ on: { [method]: fault } }, HASTY);
    expect(texts(report, 'failed')).toMatch(expected);
  });

  it('a manifest with faults, each by its place', async () => {
    const report = await check({ manifest: { options: [{ name: 'Bad', type: 'float' }], hooks: ['no_such_hook'] } });
    expect(texts(report, 'failed')).toMatch(/options\[0\]\.description is missing/);
    expect(texts(report, 'failed')).toMatch(/options\[0\]\.name may have only lowercase/);
    expect(texts(report, 'failed')).toMatch(/options\[0\]\.type must be one of string/);
    expect(texts(report, 'failed')).toMatch(/there is no hook "no_such_hook"/);
  });
});

describe('what lightningd puts up with', () => {
  it.each<[FakeBehaviour, RegExp]>([
    [{ on: { getmanifest: 'twice' } }, /answers "cln:getmanifest#1" a second time/],
    [{ on: { init: 'unknown-id' } }, /answers an id that it was not asked with: "nobody-asked"/],
    [{ on: { init: 'unannounced' } }, /notifies of "surprise", which its manifest does not announce/],
    [{ manifest: { dynamic: false } }, /dynamic is not true/],
    [{ manifest: { subscriptions: ['no_such_topic'] } }, /"no_such_topic" is no topic of lightningd/],
  ])('%j', async (behaviour, expected) => {
    const report = await check(behaviour);
    expect(report.ok).toBe(true);
    expect(texts(report, 'warning')).toMatch(expected);
  });

  it('one that does not end with its standard input, nor by SIGTERM', async () => {
    const report = await check({ onStdinEnd: 'stay', ignoreSigterm: true }, { ...PATIENT, endTimeoutMs: 300 });
    expect(texts(report, 'warning')).toMatch(/still runs 0\.3 s after its standard input closed, and after SIGTERM/);
  });

  it('one that subscribed to shutdown and stays', async () => {
    const manifest = { subscriptions: ['shutdown'] };
    const stays = await check({ manifest, onShutdown: 'stay' }, { ...PATIENT, endTimeoutMs: 300 });
    expect(texts(stays, 'warning')).toMatch(/still runs 0\.3 s after it[^]*30 s/);
    const goes = await check({ manifest });
    expect(texts(goes, 'passed')).toMatch(/exits on the shutdown notification/);
  });
});

describe('a file that cannot be started', () => {
  const file = async (text: string, mode?: number) =>
    texts(await checkPlugin(await writeScript(folder, 'file', text, mode), HASTY), 'failed');

  it('is not there, or a folder', async () => {
    expect(texts(await checkPlugin(join(folder, 'nowhere.py')), 'failed')).toMatch(/nowhere\.py does not exist/);
    await mkdir(join(folder, 'a-folder'));
    expect(texts(await checkPlugin(join(folder, 'a-folder')), 'failed')).toMatch(/a-folder is a folder/);
  });

  it('is not executable', async () => {
    expect(await file('#!/bin/sh\n', 0o644)).toMatch(/is not executable\nrun `chmod \+x/);
  });

  it('has no interpreter', async () => {
    expect(await file('#!/no/such/python\n')).toMatch(/its interpreter \/no\/such\/python is not there/);
    expect(await file('#!/usr/bin/env no-such-python\n')).toMatch(/its interpreter no-such-python is not in PATH/);
  });

  it('has Windows line ends', async () => {
    expect(await file('#!/bin/sh\r\necho\r\n')).toMatch(/ends as in Windows, so the system looks for "\/bin\/sh\\r"/);
  });

  it('is empty, or begins with a byte order mark', async () => {
    expect(await file('')).toMatch(/is empty/);
    expect(await file('\ufeff#!/bin/sh\n')).toMatch(/byte order mark/);
  });
});

it('leaves no process behind, not even one that forked', async () => {
  await check({ on: { getmanifest: 'fork-and-exit' }, mark: folder });
  await waitFor('what was killed to be gone', async () => {
    const left = findByArgument(folder).length;
    return left === 0 ? { done: undefined } : { seen: `${left} processes` };
  });
});
