import { open as openFile } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { connect, Socket } from 'node:net';
import { promisify } from 'node:util';
import { JsonFramer } from '../../rpc/framing.js';
import { now } from '../messages.js';
import { encodeRecord, type TapRecord } from './record.js';

/**
 * Stands between lightningd and a plugin: what comes from lightningd goes to the plugin's FIFO, what comes from the
 * plugin's FIFO goes to lightningd, byte for byte, and each message is told to the tracer too. It lives as long as the
 * plugin; a tracer that has gone is no matter.
 *
 * Arguments: the FIFO that the plugin reads, the one that it writes, and the tracer's socket.
 */
const [toPlugin, fromPlugin, tracerPath] = process.argv.slice(2) as [string, string, string];

/** More than this is not kept for a tracer that does not keep up, in bytes. */
const MAX_BACKLOG = 64 * 1024 * 1024;

// Who ends lightningd or the plugin does not mean us: we end when the plugin's output does.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGPIPE'] as const) process.on(signal, () => {});

const tracer = connect(tracerPath);
tracer.on('error', () => tracer.destroy());

function tell(record: TapRecord): void {
  if (tracer.writable && tracer.writableLength < MAX_BACKLOG) tracer.write(encodeRecord(record));
}

/** Tells the tracer of each message in a stream, once it has been passed on. */
function mirror(stream: NodeJS.ReadableStream, from: TapRecord['from']): void {
  const framer = new JsonFramer();
  let broken = false;
  stream.on('data', (chunk: Buffer) => {
    const time = now();
    if (broken) return tell({ time, from, text: chunk.toString('utf8') });
    try {
      for (const text of framer.push(chunk)) tell({ time, from, text });
    } catch {
      broken = true; // no messages can be told apart any more
      tell({ time, from, text: chunk.toString('utf8') });
    }
  });
}

/** Opens a bare descriptor: a FileHandle is closed when it is garbage, while its socket still reads. */
const open = promisify(openFile);

// Each open waits until the plugin opens the other end.
const [input, output] = await Promise.all([open(toPlugin, 'w'), open(fromPlugin, 'r')]);
await Promise.all([unlink(toPlugin), unlink(fromPlugin)]);

const plugin = {
  stdin: new Socket({ fd: input, readable: false, writable: true }),
  stdout: new Socket({ fd: output, readable: true, writable: false }),
};
plugin.stdin.on('error', () => process.stdin.unpipe()); // it reads no more
process.stdout.on('error', () => process.exit(0)); // lightningd has gone, and with it whoever waits for an answer

process.stdin.pipe(plugin.stdin);
mirror(process.stdin, 'node');
plugin.stdout.pipe(process.stdout);
mirror(plugin.stdout, 'plugin');
plugin.stdout.on('end', () => {
  if (tracer.destroyed) process.exit(0);
  tracer.end().once('close', () => process.exit(0));
});
