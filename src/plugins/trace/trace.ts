import { createServer, type Server, type Socket } from 'node:net';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../core/temporary-folder.js';
import { LnPlayError } from '../../core/errors.js';
import type { Lightningd } from '../../daemons/lightningd.js';
import { startReaper } from '../../process/reaper.js';
import { assertSocketPath } from '../../process/sockets.js';
import type { JsonObject } from '../../rpc/json-rpc.js';
import { inspectFile } from '../check/file.js';
import { LineSplitter } from '../../core/lines.js';
import { shellWord } from '../../core/shell.js';
import { Correlator, type SeenMessage } from '../messages.js';
import { withPluginLocks } from '../node-lock.js';
import { Replacement } from '../run/replace.js';
import { writeWrapper } from '../run/wrapper.js';
import type { TapRecord } from './record.js';

const TAP = fileURLToPath(new URL('tap.js', import.meta.url));

export interface TraceOptions {
  /** Values of the plugin's options. */
  readonly options?: JsonObject;
  readonly onMessage: (message: SeenMessage) => void;
  /** Called when the plugin runs. */
  readonly onStarted?: () => void;
  /** Told in the end of how many payments wait for the plugin's decision, so that it is left running. */
  readonly onLeftRunning?: (payments: number) => void;
  /** Ends the trace. */
  readonly signal: AbortSignal;
}

/**
 * Runs a plugin on a node with a tap between the two, and tells of each message, until the signal or the plugin's end.
 * In the end the node runs what it ran before, or still the plugin where payments wait for its decision. The plugin has the pid that lightningd started, its environment, folder,
 * standard error and arguments; only its standard input and output are FIFOs with the tap behind them.
 *
 * @throws {LnPlayError} PLUGIN when it cannot be started, or does not run; STATE when it runs and holds a payment; LOCKED when it is watched or
 *   traced on this node already; FILESYSTEM; CONNECTION
 */
export async function tracePlugin(node: Lightningd, file: string, options: TraceOptions): Promise<void> {
  const path = resolve(file);
  const failure = (await inspectFile(path)).find(({ outcome }) => outcome === 'failed');
  if (failure) throw new LnPlayError('PLUGIN', failure.text, { hint: failure.hint });
  await withPluginLocks(node, [path], () => traceFile(node, path, options));
  if (!options.signal.aborted)
    throw new LnPlayError('PLUGIN', `${basename(path)} has ended on ${node.name}`, {
      hint: `see why with \`ln-play logs ${node.name}\``,
    });
}

async function traceFile(node: Lightningd, path: string, options: TraceOptions): Promise<void> {
  const replacement = await Replacement.of(node, path, options.options ?? {});
  await replacement.assertHoldsNothing();
  const folder = await temporaryFolder('ln-play-trace');
  const reaper = await startReaper({ command: 'rm', args: ['-rf', folder.path] });
  const tracer = new TapListener(join(folder.path, 'tracer'), options.onMessage);
  try {
    await tracer.listen();
    const wrapper = await writeWrapper(
      folder.path,
      { name: basename(path), plugin: path },
      tapScript(folder.path, tracer.path),
    );
    await replacement.start(wrapper);
    options.onStarted?.();
    if (!options.signal.aborted) await Promise.race([tracer.ended, aborted(options.signal)]);
  } finally {
    const held = await replacement.restore();
    if (held > 0) options.onLeftRunning?.(held);
    await tracer.close();
    await folder.cleanup();
    await reaper.dismiss();
  }
}

/** The tap is not a child of the plugin, which would not expect one: its parent ends at once. */
function tapScript(folder: string, tracer: string): string {
  return `fifos=${shellWord(folder)}/$$
mkfifo -m 600 "$fifos.in" "$fifos.out" || exit 1
exec 3<&0 4>&1
(${shellWord(process.execPath)} ${shellWord(TAP)} "$fifos.in" "$fifos.out" ${shellWord(tracer)} <&3 >&4 3<&- 4>&- &)
exec "$plugin" "$@" <"$fifos.in" >"$fifos.out" 3<&- 4>&-
`;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/** Hears what a tap tells. */
class TapListener {
  readonly path: string;
  /** Resolves when the tap has gone, and so the plugin. */
  readonly ended: Promise<void>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(path: string, onMessage: (message: SeenMessage) => void) {
    this.path = path;
    let end!: () => void;
    this.ended = new Promise((resolve) => (end = resolve));
    const correlator = new Correlator();
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      const lines = new LineSplitter((line) => {
        const { time, from, text } = JSON.parse(line) as TapRecord;
        onMessage(correlator.see(text, from, from === 'node' ? 'plugin' : 'node', time));
      });
      socket.on('data', (chunk: Buffer) => lines.push(chunk));
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    });
  }

  async listen(): Promise<void> {
    assertSocketPath(this.path);
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.path, resolve);
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
