const BEAT_MS = 15_000;

/** Parts of a stream as they come; undefined while there are none. */
export interface Source {
  /** What there is by now, as server-sent events; '' for nothing. */
  readonly next: () => string | Promise<string>;
  /** Resolves when there may be more. */
  readonly more: () => Promise<void>;
  /** Whether that was all. */
  readonly isOver?: () => boolean;
  readonly end?: () => void;
}

/**
 * An answer of server-sent events. It takes from its source only when the reader has taken what was sent, so that one who
 * reads slowly, or not at all, fills no memory.
 */
export function eventStream(source: Source, signal: AbortSignal): Response {
  const encoder = new TextEncoder();
  const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  const end = (): void => source.end?.();
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode('retry: 500\n\n')),
      pull: async (controller) => {
        for (;;) {
          const more = source.more(); // before it is looked, so that none is missed
          const text = await source.next();
          if (signal.aborted) {
            end();
            return controller.close();
          }
          if (text !== '') controller.enqueue(encoder.encode(text));
          if (source.isOver?.()) return controller.close();
          if (text !== '') return;
          const beat = timer(BEAT_MS);
          const why = await Promise.race([more, ended, beat.done]);
          beat.stop();
          if (why === BEAT) return controller.enqueue(encoder.encode(':\n\n')); // so that a reader that has gone is seen
        }
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
  const headers = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' };
  return new Response(stream, { headers });
}

const BEAT = Symbol('beat');

function timer(ms: number): { readonly done: Promise<typeof BEAT>; readonly stop: () => void } {
  let timeout: NodeJS.Timeout;
  const done = new Promise<typeof BEAT>((resolve) => {
    timeout = setTimeout(() => resolve(BEAT), ms).unref();
  });
  return { done, stop: () => clearTimeout(timeout) };
}

/** One event as it is written; its data have no line breaks. */
export const written = (event: string, data: string, id?: number): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
