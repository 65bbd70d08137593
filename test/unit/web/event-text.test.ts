import { expect, test } from 'vitest';
import { eventsOf, type StreamEvent } from '../../../web/src/live/event-text.js';

const TEXT =
  ': hello\n\nevent: output\ndata: {"text":"a"}\n\nid: 7\nevent: result\ndata: 1\ndata: 2\n\ndata: plain\n\nevent: cut\ndata: off';

test.each([1, 3, 1000])('events that arrive %i characters at a time are the same', async (size) => {
  const pieces = async function* () {
    for (let at = 0; at < TEXT.length; at += size) yield TEXT.slice(at, at + size);
  };
  const events: StreamEvent[] = [];
  for await (const event of eventsOf(pieces())) events.push(event);
  expect(events).toEqual([
    { event: 'output', data: '{"text":"a"}' },
    { event: 'result', data: '1\n2' },
    { event: 'message', data: 'plain' },
  ]);
});
