import * as ldk from '#ldk';
import type { Log } from '../context.js';
import { hexOf } from '../bitcoin/hex.js';
import { release } from './release.js';
import { tap, tapOther, type Ignoring, type LogTaps } from './log-taps.js';

/** How LDK says that a message came or goes. */
const MESSAGE = /^(Received|Enqueueing) message (\w+)/;

const snakeCase = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();

const WRITER = {
  [ldk.Level.LDKLevel_Gossip]: 'io',
  [ldk.Level.LDKLevel_Trace]: 'trace',
  [ldk.Level.LDKLevel_Debug]: 'trace',
  [ldk.Level.LDKLevel_Info]: 'debug',
  [ldk.Level.LDKLevel_Warn]: 'debug',
  [ldk.Level.LDKLevel_Error]: 'debug',
} as const satisfies Record<ldk.Level, keyof Log>;

/**
 * LDK's log lines in ours, under the peer that they are about. They are a developer's: what a user has to know is
 * logged by the node itself, so nothing of LDK's is above debug.
 */
export function ldkLogger(log: Log, taps: LogTaps, ignoring: Ignoring): ldk.Logger {
  const children = new Map<string, Log>();
  const childFor = (record: ldk.Record): Log => {
    const peer = record.get_peer_id(); // zeros where the line is about none
    const id = peer[0] ? hexOf(peer) : undefined;
    const key = id ?? '';
    let child = children.get(key);
    if (!child) children.set(key, (child = log.child('ldk', id)));
    return child;
  };
  const write = (record: ldk.Record): void => {
    const level = record.get_level();
    if (level === ldk.Level.LDKLevel_Gossip) return;
    const text = record.get_args();
    const message = MESSAGE.exec(text);
    const child = childFor(record);
    if (!message) {
      tapOther(taps, text);
      return child[WRITER[level]](text);
    }
    const [, direction, name = ''] = message;
    if (direction === 'Received') ignoring.isOn = !tap(taps, hexOf(record.get_peer_id()), text);
    child.io(text);
    if (name === 'Ping' || name === 'Pong') return child.trace(text);
    child.debug(`peer_${direction === 'Received' ? 'in' : 'out'} WIRE_${snakeCase(name)}`);
  };
  return ldk.Logger.new_impl({
    log: (record) => {
      write(record);
      release(record);
    },
  });
}
