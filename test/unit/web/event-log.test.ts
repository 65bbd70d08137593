import { expect, test } from 'vitest';
import { EventLog } from '../../../src/web/events/event-log.js';

const idsOf = (events: readonly { readonly id: number }[]): number[] => events.map(({ id }) => id);

test('who comes anew is told how all stands, and then what happens, by rising numbers', () => {
  const log = new EventLog();
  log.add((id) => ({ id }));
  log.setState('{"a":1}');
  const [state, ...rest] = log.after(undefined, 10, true);
  expect(state).toMatchObject({ event: 'state', data: '{"a":1}' });
  expect(rest).toEqual([]);
  log.add((id) => ({ id }));
  const [happening] = log.after(state!.id, 10);
  expect(happening!.id).toBeGreaterThan(state!.id);
  expect(JSON.parse(happening!.data)).toEqual({ id: happening!.id });
  expect(log.after(happening!.id, 10)).toEqual([]);
});

test('who comes back hears all that he missed, and nothing twice, however it is cut', () => {
  const log = new EventLog();
  const from = log.last;
  for (let count = 0; count < 10; count++) {
    log.add((id) => ({ id }));
    if (count === 4) log.setState('{}');
  }
  const heard: number[] = [];
  let last = from;
  for (;;) {
    const events = log.after(last, 3);
    if (events.length === 0) break;
    heard.push(...idsOf(events.filter(({ event }) => event === 'happening')));
    last = events.at(-1)!.id;
  }
  expect(heard).toEqual(idsOf(log.happenings));
  expect(heard).toHaveLength(10);
});

test('who asks for all that is kept hears it from the first, and at the end how all stands, news or not', () => {
  const log = new EventLog();
  log.setState('{}');
  log.add((id) => ({ id }));
  log.add((id) => ({ id }));
  expect(log.after(0, 1, true).map(({ event }) => event)).toEqual(['happening']);
  const all = log.after(0, 10, true);
  expect(all.map(({ event }) => event)).toEqual(['happening', 'happening', 'state']);
  expect(log.after(all.at(-1)!.id, 10)).toEqual([]);
  expect(log.after(all.at(-1)!.id, 10, true).map(({ event }) => event)).toEqual(['state']);
});

test('who missed more than is kept is told so, and so is who comes with a number of another server', () => {
  const log = new EventLog();
  const from = log.last;
  log.setState('{}');
  for (let count = 0; count < 5_000; count++) log.add((id) => ({ id }));
  expect(log.happenings.length).toBeLessThanOrEqual(4_000);
  expect(log.after(log.last - 1_999, 5_000)).toHaveLength(1_999);
  for (const id of [from, 7, log.last + 1]) {
    const [reset, ...kept] = log.after(id, 10);
    expect(reset).toMatchObject({ event: 'reset' });
    expect(idsOf(kept)).toEqual(idsOf(log.happenings.slice(0, 10)));
    expect(log.after(reset!.id, 10)).toEqual(kept);
  }
});
