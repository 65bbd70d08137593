import { activityOf, activitySettings } from '../../traffic/settings.js';
import type { TrafficOptions } from '../../traffic/traffic.js';
import type { TrafficSpec } from '../spec.js';
import type { Sections, TrafficSettings } from './sections.js';

/** What can be said of payments that go on in the background. */
export type BackgroundTraffic = Pick<TrafficOptions, 'activities' | 'seed' | 'inFlight' | 'keysend'>;

export const trafficSettings = ({ activities = [{}], ...options }: BackgroundTraffic): TrafficSettings => ({
  activities: activities.map(activitySettings),
  ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
});

/** What a network's file says of payments, as a section of the background. */
export const trafficSections = (activities: readonly TrafficSpec[]): Partial<Sections> =>
  activities.length > 0 ? { traffic: trafficSettings({ activities }) } : {};

/** Payments that go on, as rows of a network's file, as far as such rows can say it. */
export const trafficRows = (settings: TrafficSettings | undefined): TrafficSpec[] =>
  (settings?.activities ?? []).map((activity) => {
    const { from, to, amountMsat, everyMs, perSecond } = activityOf(activity);
    const ms =
      typeof everyMs === 'object' ? (everyMs[0] + everyMs[1]) / 2 : (everyMs ?? (perSecond && 1000 / perSecond));
    return {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(amountMsat !== undefined && { amountMsat }),
      ...(ms !== undefined && { everyMs: Math.max(1, Math.round(ms)) }),
    };
  });
