import { expect, test } from 'vitest';
import { trafficRows, trafficSections, trafficSettings } from '../../../src/network/background/traffic.js';
import type { Activity } from '../../../src/traffic/activity.js';
import { activityOf, activitySettings } from '../../../src/traffic/settings.js';

test.each<Activity>([
  {},
  { from: 'a', to: 'b', amountMsat: 2n ** 60n, everyMs: 5 },
  { among: ['a', 'b'], amountMsat: [1n, 2n], everyMs: [1, 2], count: 3, startMs: 4 },
  { expectedMsat: 7n, perSecond: 0.5 },
])('%o comes back from plain JSON', (activity) => {
  expect(activityOf(JSON.parse(JSON.stringify(activitySettings(activity))))).toEqual(activity);
});

test('rows of a network file are a section of the background, and rows again', () => {
  const rows = [{ from: 'a', to: 'b', amountMsat: [1n, 9n] as const, everyMs: 1000 }, { to: 'a' }];
  expect(trafficSections([])).toEqual({});
  expect(trafficRows(trafficSections(rows).traffic)).toEqual(rows);
  expect(trafficRows(undefined)).toEqual([]);
});

test('payments at random are a row with the time between two of them', () => {
  expect(trafficRows(trafficSettings({ activities: [{ perSecond: 4 }] }))).toEqual([{ everyMs: 250 }]);
});
