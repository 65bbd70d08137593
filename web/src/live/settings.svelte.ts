import { UNITS, type Unit } from '../format/amounts.js';
import type { Speed } from '../flow/flights.js';

const KEY = 'ln-play:settings';

/** What somebody chose for how the page looks, kept in the browser. */
class Settings {
  unit = $state<Unit>('sat');
  speed = $state<Speed>('slowed');
  timeline = $state(true);
  /** Whether the system asks for less motion. */
  still = $state(false);

  start(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Record<string, unknown>>;
      if (UNITS.includes(kept['unit'] as Unit)) this.unit = kept['unit'] as Unit;
      if (kept['speed'] === 'real') this.speed = 'real';
      if (kept['timeline'] === false) this.timeline = false;
    } catch {
      // nothing kept: as it comes
    }
    const query = matchMedia('(prefers-reduced-motion: reduce)');
    this.still = query.matches;
    query.addEventListener('change', ({ matches }) => (this.still = matches));
  }

  keep(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify({ unit: this.unit, speed: this.speed, timeline: this.timeline }));
    } catch {
      // a browser that keeps nothing
    }
  }
}

export const settings = new Settings();
