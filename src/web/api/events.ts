import { Hono } from 'hono';
import { eventStream, written } from '../events/event-stream.js';
import type { WebParts } from '../parts.js';

/** How many happenings are sent at once. */
const AT_ONCE = 200;

/** How all stands, and what happens. */
export function eventRoutes({ live, ending }: WebParts): Hono {
  const app = new Hono();
  app.get('/state', async (c) => {
    await live.collector.look();
    return c.json(live.collector.shown());
  });
  app.get('/events', (c) => {
    const { events } = live;
    const given = c.req.header('last-event-id') ?? c.req.query('after');
    let last = given === undefined || !/^\d+$/.test(given) ? undefined : Number(given);
    let hasCaughtUp = false;
    return eventStream(
      {
        next: () => {
          const told = events.after(last, AT_ONCE, !hasCaughtUp);
          hasCaughtUp ||= told.at(-1)?.event === 'state';
          last = told.at(-1)?.id ?? last ?? events.last;
          return told.map(({ id, event, data }) => written(event, data, id)).join('');
        },
        more: () => events.more,
      },
      AbortSignal.any([c.req.raw.signal, ending]),
    );
  });
  return app;
}
