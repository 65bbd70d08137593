import { resolve } from 'node:path';
import { temporaryFolder } from '../../core/temporary-folder.js';
import { LnPlayError, throwIfAborted } from '../../core/errors.js';
import { isObject, type JsonObject } from '../../rpc/json-rpc.js';
import { StubNode } from '../call/stub-node.js';
import type { SeenMessage } from '../messages.js';
import { formatMs } from '../text.js';
import { textOf } from '../../cln/json.js';
import { Conversation, type EndedBy, type EndStep, type Reply } from './conversation.js';
import { inspectFile } from './file.js';
import { manifestProblems } from '../../cln/manifest-rules.js';
import { readManifest, type Manifest } from '../../cln/manifest.js';
import { initParams, optionProblems } from './init.js';
import { failed, passed, Report, warning, type CheckReport, type Finding, type Subject } from './report.js';

export interface CheckOptions {
  /** How long getmanifest and init may take each, in ms; lightningd's own limit by default. */
  readonly timeoutMs?: number;
  /** How long it may take to end when it is told to, in ms. */
  readonly endTimeoutMs?: number;
  /** How far it goes: to the answer to getmanifest, to init, or to the plugin's end, which is the default. */
  readonly depth?: 'manifest' | 'init' | 'full';
  /** Values for its options, as with `plugin start`. */
  readonly options?: JsonObject;
  /** Results for the RPCs that it makes, by method, before those that every stub knows. */
  readonly answers?: JsonObject;
  /** Told of each message both ways, those on the RPC socket too. */
  readonly onMessage?: ((message: SeenMessage) => void) | undefined;
  readonly onStderr?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** PLUGIN_STARTUP_TIMEOUT of Core Lightning's lightningd/plugin.c */
export const STARTUP_TIMEOUT_MS = 60_000;
const END_TIMEOUT_MS = 3_000;
/** lightningd itself waits for getmanifest before it does anything else, so it should be quick. */
const SLOW_MS = 2_000;

/**
 * Runs a plugin alone, with us in lightningd's place, and reports what lightningd would think of it. A plugin that fails
 * is a report like any other.
 *
 * @throws {LnPlayError} FILESYSTEM when no temporary folder can be made
 */
export async function checkPlugin(file: string, options: CheckOptions = {}): Promise<CheckReport> {
  return await runAlone(file, options, async (plugin, manifest, report) => {
    if (options.depth === 'init') return;
    report.add(...(await end(plugin, manifest, options.endTimeoutMs ?? END_TIMEOUT_MS)));
  });
}

/**
 * Starts a plugin alone, with a stub for its node, runs `body` with it once init is answered, and kills it. Where the
 * plugin fails before that, the report says so and `body` does not run.
 */
export async function runAlone(
  file: string,
  options: CheckOptions,
  body: (plugin: Conversation, manifest: Manifest, report: Report) => Promise<void>,
): Promise<CheckReport> {
  const report = new Report(resolve(file));
  report.add(...(await inspectFile(report.file)));
  if (!report.ok) return report.done();
  const folder = await temporaryFolder('ln-play-check');
  const stub = new StubNode(folder.path, options.answers);
  const onMessage = (message: SeenMessage): void => {
    report.messages.push(message);
    options.onMessage?.(message);
  };
  let plugin: Conversation | undefined;
  const stop = (): void => plugin?.kill();
  options.signal?.addEventListener('abort', stop);
  try {
    await stub.listen(onMessage);
    const started = performance.now();
    plugin = await Conversation.start(report.file, { cwd: folder.path, onMessage, onStderr: options.onStderr });
    const manifest = await startUp(report, plugin, started, folder.path, options);
    if (manifest) await body(plugin, manifest, report);
  } catch (error) {
    if (!(error instanceof LnPlayError && error.code === 'PLUGIN' && !plugin)) throw error;
    report.add(failed('start', error.message, error.hint));
  } finally {
    options.signal?.removeEventListener('abort', stop);
    plugin?.kill();
    report.add(...(plugin?.warnings ?? []));
    report.stderr.push(...(plugin?.stderr ?? []));
    await stub.close();
    await folder.cleanup();
  }
  throwIfAborted(options.signal);
  return report.done();
}

/** getmanifest and init; the manifest where the plugin is ready for use then. */
async function startUp(
  report: Report,
  plugin: Conversation,
  started: number,
  folder: string,
  options: CheckOptions,
): Promise<Manifest | undefined> {
  const { timeoutMs = STARTUP_TIMEOUT_MS, depth = 'full' } = options;
  const manifest = await getmanifest(report, plugin, started, timeoutMs);
  if (!manifest || depth === 'manifest') return undefined;
  const values = options.options ?? {};
  report.add(...optionProblems(manifest, values).map((problem) => failed('options', problem, hintOf(manifest))));
  if (!report.ok) return undefined;
  await init(report, plugin, initParams(manifest, folder, values), timeoutMs);
  return report.ok ? manifest : undefined;
}

const hintOf = ({ options }: Manifest): string =>
  options.length === 0
    ? 'it has no options'
    : `its options are ${options.map(({ name, type }) => `${name} (${type})`).join(', ')}`;

async function getmanifest(
  report: Report,
  plugin: Conversation,
  started: number,
  timeoutMs: number,
): Promise<Manifest | undefined> {
  const reply = await plugin.request('getmanifest', { 'allow-deprecated-apis': false }, timeoutMs);
  if (reply.kind !== 'result') {
    report.add(unanswered('getmanifest', reply));
    return undefined;
  }
  const ms = performance.now() - started;
  report.getmanifestMs = ms;
  report.add(timed('getmanifest', ms));
  const problems = manifestProblems(reply.result);
  report.add(
    ...problems.map(({ path, problem, fatal }) =>
      fatal ? failed('manifest', `${path} ${problem}`) : warning('manifest', `${path} ${problem}`),
    ),
  );
  if (!isObject(reply.result)) return undefined;
  const manifest = readManifest(reply.result);
  report.manifest = manifest;
  plugin.announced = manifest.topics;
  if (manifest.disable !== undefined) {
    report.add(failed('manifest', `it disables itself: ${manifest.disable}`, 'lightningd does not run it'));
    return undefined;
  }
  if (!report.ok) return undefined;
  report.add(passed('manifest', `its manifest is valid: ${summary(manifest)}`));
  return manifest;
}

async function init(report: Report, plugin: Conversation, params: JsonObject, timeoutMs: number): Promise<void> {
  const reply = await plugin.request('init', params, timeoutMs);
  if (reply.kind === 'broken' || reply.kind === 'silent') return report.add(unanswered('init', reply));
  report.initMs = reply.ms;
  if (reply.kind === 'error')
    return report.add(
      warning(
        'init',
        `it answers init with an error: ${reply.error.message}`,
        'lightningd does not look at it: to refuse, answer {"disable": "why"}',
      ),
    );
  const { result } = reply;
  if (isObject(result) && 'disable' in result)
    report.add(failed('init', `it disables itself: ${textOf(result['disable'])}`, 'lightningd does not run it'));
  else report.add(timed('init', reply.ms));
}

async function end(plugin: Conversation, manifest: Manifest, timeoutMs: number): Promise<Finding[]> {
  const subscribed = manifest.subscriptions.includes('shutdown');
  const steps: readonly EndStep[] = subscribed ? ['shutdown', 'stdin', 'SIGTERM'] : ['stdin', 'SIGTERM'];
  const ended = await plugin.end(timeoutMs, steps);
  return judgeEnd(ended, subscribed, timeoutMs);
}

function judgeEnd({ step, ms }: EndedBy, subscribed: boolean, timeoutMs: number): Finding[] {
  const findings: Finding[] = [];
  const patience = `${timeoutMs / 1000} s`;
  if (subscribed && step !== 'shutdown')
    findings.push(
      warning(
        'exit',
        `it subscribed to shutdown, and still runs ${patience} after it`,
        '`plugin stop` will wait 30 s for it: exit when you are told of shutdown',
      ),
    );
  if (step === 'stdin' || step === 'shutdown') {
    const what = step === 'stdin' ? 'when its standard input closes' : 'on the shutdown notification';
    findings.push(passed('exit', `it exits ${what} (${formatMs(ms)})`));
  } else
    findings.push(
      warning(
        'exit',
        `it still runs ${patience} after its standard input closed${step === 'SIGKILL' ? ', and after SIGTERM' : ''}`,
        'exit at the end of standard input: else it stays behind when lightningd dies',
      ),
    );
  return findings;
}

function unanswered(subject: Subject, reply: Exclude<Reply, { kind: 'result' }>): Finding {
  if (reply.kind === 'broken') {
    const { finding } = reply;
    return { ...finding, text: `before it answered ${subject}, ${finding.text}` };
  }
  if (reply.kind === 'error') return failed(subject, `it answers ${subject} with an error: ${reply.error.message}`);
  return failed(subject, `it did not answer ${subject} within ${formatMs(reply.ms)}`, reply.hint);
}

function timed(subject: Subject, ms: number): Finding {
  return ms > SLOW_MS
    ? warning(
        subject,
        `it answered ${subject} only after ${formatMs(ms)}`,
        'lightningd waits for it: do slow work after init',
      )
    : passed(subject, `it answered ${subject} in ${formatMs(ms)}`);
}

/** What a plugin brings, in words: "2 methods, 1 option". */
export function summary({ methods, options, subscriptions, hooks, topics, dynamic }: Manifest): string {
  const parts = (
    [
      [methods.length, 'method'],
      [options.length, 'option'],
      [subscriptions.length, 'subscription'],
      [hooks.length, 'hook'],
      [topics.length, 'notification'],
    ] as const
  )
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}${count === 1 ? '' : 's'}`);
  return [...(parts.length > 0 ? parts : ['nothing']), ...(dynamic ? ['dynamic'] : [])].join(', ');
}
