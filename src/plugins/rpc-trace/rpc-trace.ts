import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { LnPlayError } from '../../core/errors.js';
import type { Lightningd } from '../../daemons/lightningd.js';
import { startReaper } from '../../process/reaper.js';
import { assertSocketPath } from '../../process/sockets.js';
import { withNodeLock } from '../node-lock.js';
import { RpcProxy, type ClientMessage } from './proxy.js';
import { swapBack, swapIn, swapPaths } from './swap.js';

const HEAL = fileURLToPath(new URL('heal.js', import.meta.url));

/** How long clients that wait for an answer may keep us in the end, in ms. */
const GRACE_MS = 1_000;

export interface RpcTraceOptions {
  readonly onMessage: (message: ClientMessage) => void;
  /** Called when all that connect from now on are traced. */
  readonly onStarted?: () => void;
  /** Ends the trace. */
  readonly signal: AbortSignal;
}

/**
 * Tells of every message between a node and those who connect to its RPC socket, until the signal, or until the node
 * stops. For that a socket of ours takes the place of `lightning-rpc`; however we end, even by `kill -9`, lightningd's
 * own is put back within moments, by a process that waits for our end.
 *
 * @throws {LnPlayError} CONNECTION when the node does not run or stops meanwhile; LOCKED when it is traced already
 */
export async function traceRpc(node: Lightningd, options: RpcTraceOptions): Promise<void> {
  const paths = swapPaths(node.rpc.path);
  assertSocketPath(paths.tracer);
  await withNodeLock(node, 'rpc-trace', `the RPC trace of ${node.name}`, async () => {
    await swapBack(paths); // what a killed tracer may have left, whose helper was killed too
    await node.rpc.call('getinfo'); // fails with what is to be done where it does not run
    const reaper = await startReaper({ command: process.execPath, args: [HEAL, paths.rpc] });
    const proxy = new RpcProxy(paths.tracer, paths.real, options.onMessage);
    try {
      await proxy.listen();
      await swapIn(paths);
      // An idle connection of our own ends when lightningd does.
      const witness = connect(paths.real);
      await waitForEnd(node, witness, options);
    } finally {
      await swapBack(paths);
      await proxy.close(GRACE_MS);
      await reaper.dismiss();
    }
  });
}

async function waitForEnd(node: Lightningd, witness: Socket, { signal, onStarted }: RpcTraceOptions): Promise<void> {
  try {
    await once(witness, 'connect');
    onStarted?.();
    if (signal.aborted) return;
    await once(witness.resume(), 'close', { signal });
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  } finally {
    witness.destroy();
  }
  throw new LnPlayError('CONNECTION', `${node.name} has stopped, and with it the trace`, {
    hint: `see why with \`ln-play logs ${node.name}\``,
  });
}
