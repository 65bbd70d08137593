import * as ldk from '#ldk';
import type { Store } from '../store/store.js';
import { err, isNull, ok } from './convert.js';
import { displayHash } from '../bitcoin/hex.js';
import { release } from './release.js';

const MONITOR = 'monitor/';
/** After so many updates a monitor is written whole, and its updates dropped. */
const UPDATES_KEPT = 100;

export const outpointOf = (outpoint: ldk.OutPoint): string =>
  `${displayHash(outpoint.get_txid())}:${outpoint.get_index()}`;

const updateKey = (name: string, id: bigint): string => `${MONITOR}${name}/${id.toString().padStart(20, '0')}`;

/**
 * Puts channel monitors into the store: whole when they are new or the chain moved them, otherwise only the update.
 * `Completed` is true because of the engine's turn: nothing that LDK does leaves the process before the commit.
 */
export function monitorPersister(store: Store, onError: (error: unknown) => void): ldk.Persist {
  const completed = ldk.ChannelMonitorUpdateStatus.LDKChannelMonitorUpdateStatus_Completed;
  const whole = (name: string, monitor: ldk.ChannelMonitor): void => {
    for (const key of store.keys(`${MONITOR}${name}/`)) store.delete(key);
    store.put(MONITOR + name, monitor.write());
  };
  /** LDK hands over copies, a monitor's as large as all that it holds: they are freed before they pile up. */
  const guarded = (put: () => void, ...copies: object[]): ldk.ChannelMonitorUpdateStatus => {
    try {
      put();
      return completed;
    } catch (error) {
      onError(error);
      return ldk.ChannelMonitorUpdateStatus.LDKChannelMonitorUpdateStatus_UnrecoverableError;
    } finally {
      release(...copies);
    }
  };
  return ldk.Persist.new_impl({
    persist_new_channel: (outpoint, monitor) => guarded(() => whole(outpointOf(outpoint), monitor), outpoint, monitor),
    update_persisted_channel: (outpoint, update, monitor) =>
      guarded(
        () => {
          const name = outpointOf(outpoint);
          const id = isNull(update) ? undefined : update.get_update_id();
          if (id === undefined || id % BigInt(UPDATES_KEPT) === 0n || id > BigInt(Number.MAX_SAFE_INTEGER))
            whole(name, monitor);
          else store.put(updateKey(name, id), update.write());
        },
        outpoint,
        update,
        monitor,
      ),
    archive_persisted_channel: (outpoint) => {
      const name = outpointOf(outpoint);
      for (const key of [MONITOR + name, ...store.keys(`${MONITOR}${name}/`)]) store.delete(key);
    },
  });
}

/**
 * Reads all monitors back, each brought up to its last update.
 *
 * @throws when one cannot be read: the node must not go on without it
 */
export function readMonitors(
  store: Store,
  entropy: ldk.EntropySource,
  signers: ldk.SignerProvider,
  chain: { broadcaster: ldk.BroadcasterInterface; fees: ldk.FeeEstimator; logger: ldk.Logger },
): ldk.ChannelMonitor[] {
  const names = store.keys(MONITOR).filter((key) => !key.includes('/', MONITOR.length));
  return names.map((key) => {
    const read = ldk.UtilMethods.constructor_C2Tuple_ThirtyTwoBytesChannelMonitorZ_read(
      store.get(key)!,
      entropy,
      signers,
    );
    const monitor = ok<ldk.TwoTuple_ThirtyTwoBytesChannelMonitorZ>(read)?.get_b();
    if (!monitor) throw new Error(`channel monitor ${key} cannot be read: ${String(err(read))}`);
    for (const update of store.keys(`${key}/`).sort()) {
      const parsed = ok<ldk.ChannelMonitorUpdate>(ldk.ChannelMonitorUpdate.constructor_read(store.get(update)!));
      if (!parsed) throw new Error(`channel monitor update ${update} cannot be read`);
      if (parsed.get_update_id() <= monitor.get_latest_update_id()) continue;
      if (!monitor.update_monitor(parsed, chain.broadcaster, chain.fees, chain.logger).is_ok())
        throw new Error(`channel monitor update ${update} cannot be applied`);
    }
    return monitor;
  });
}
