import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventStream } from '../../../src/web/events/event-stream.js';
import { openApi } from '../../../src/web/api/openapi.js';
import { logLine } from '../../../src/web/nodes/log-line.js';
import { Paced } from '../../../src/web/state/paced.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

test('what is paced is done at once, and then once a while however often it is asked for', async () => {
  const body = vi.fn(() => Promise.resolve());
  const paced = new Paced(1_000, body);
  for (let count = 0; count < 5; count++) paced.ask();
  expect(body).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(0);
  for (let count = 0; count < 5; count++) paced.ask();
  await vi.advanceTimersByTimeAsync(999);
  expect(body).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(body).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(body).toHaveBeenCalledTimes(2);
  paced.ask();
  paced.ask();
  paced.end();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(body).toHaveBeenCalledTimes(3);
});

test('a source is asked for more only when its reader has taken what there was', async () => {
  let made = 0;
  const source = { next: () => `data: ${++made}\n\n`, more: () => Promise.resolve() };
  const stream = eventStream(source, new AbortController().signal).body!.getReader();
  const read = async () => new TextDecoder().decode((await stream.read()).value);
  expect(await read()).toBe('retry: 500\n\n');
  expect(await read()).toBe('data: 1\n\n');
  await Promise.resolve();
  expect(made).toBe(1);
  expect(await read()).toBe('data: 2\n\n');
  await stream.cancel();
  expect(made).toBe(2);
});

test.each([
  [
    '2026-11-29T19:41:07.173Z DEBUG   lightningd: hello: there',
    { at: '2026-11-29T19:41:07.173Z', level: 'debug', source: 'lightningd', text: 'hello: there' },
  ],
  [
    '2026-11-29T19:41:07.173Z **BROKEN** 02ab-channeld-chan#1: <img onerror>',
    { at: '2026-11-29T19:41:07.173Z', level: 'broken', source: '02ab-channeld-chan#1', text: '<img onerror>' },
  ],
  [
    '2026-11-29T19:41:07Z UpdateTip: new best=00',
    { at: '2026-11-29T19:41:07Z', level: null, source: null, text: 'UpdateTip: new best=00' },
  ],
  ['nothing of the kind', { at: null, level: null, source: null, text: 'nothing of the kind' }],
])('the line %s is read', (line, read) => {
  expect(logLine(line)).toEqual(read);
});

test('the interface is described as a whole, with what each command takes', () => {
  const { openapi, paths } = openApi() as { openapi: string; paths: { [path: string]: { [method: string]: object } } };
  expect(openapi).toBe('3.1.0');
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/state', '/events', '/nodes/{name}/rpc', '/commands/snapshot-save']),
  );
  expect(paths['/commands/open']!['post']).toMatchObject({
    requestBody: {
      content: {
        'application/json': { schema: { required: ['args'], properties: { args: { prefixItems: [{}, {}, {}] } } } },
      },
    },
  });
  expect(paths).not.toHaveProperty(['/commands/workshop']);
});
