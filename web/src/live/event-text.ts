/** An event of a stream of server-sent events. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** The events of a stream, as they arrive in pieces that begin and end anywhere. */
export async function* eventsOf(pieces: AsyncIterable<string>): AsyncGenerator<StreamEvent> {
  let rest = '';
  for await (const piece of pieces) {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = block.split('\n').map((line) => /^(\w+): ?(.*)$/.exec(line));
      const of = (name: string): string[] => fields.filter((field) => field?.[1] === name).map((field) => field![2]!);
      const data = of('data');
      if (data.length > 0) yield { event: of('event')[0] ?? 'message', data: data.join('\n') };
    }
  }
}
