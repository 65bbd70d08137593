import { Hono } from 'hono';
import { call, checkCall, type CallResult } from '../../interface/call.js';
import type { Listeners } from '../../interface/collected-output.js';
import { commandLine } from '../../interface/command-line.js';
import { describeCommands } from '../../interface/describe.js';
import type { Given } from '../../interface/given.js';
import { errorBody } from '../../interface/errors.js';
import { eventStream } from '../events/event-stream.js';
import type { NewHappening } from '../happenings/happening.js';
import { callAside } from '../commands/aside.js';
import { answerOf, CommandSource } from '../commands/command-source.js';
import type { WebParts } from '../parts.js';
import { jsonOf, WebError } from '../web-error.js';

/** The commands, and their being run. */
export function commandRoutes({ playground, live, isReadOnly, ending }: WebParts): Hono {
  const app = new Hono();
  const commands = describeCommands('browser');
  app.get('/commands', (c) => c.json({ commands }));
  app.post('/commands/:name', async (c) => {
    const asked = c.req.param('name');
    const name = commands.find((each) => each.name.replaceAll(' ', '-') === asked)?.name;
    if (name === undefined)
      throw new WebError(404, 'NOT_FOUND', `There is no command ${asked}`, { hint: 'see GET /api/commands' });
    const input = await jsonOf(c);
    const context = { caller: 'browser', isReadOnly: isReadOnly() } as const;
    const { given, description, suitability } = checkCall(name, input, context);
    const told = (result: unknown): void => {
      if (description.changes) live.happened(commandHappening(name, given, result));
    };
    const run = async (listeners: Listeners, signal: AbortSignal): Promise<CallResult> => {
      try {
        const result = suitability.endsResident
          ? await callAside(playground, name, given, ending)
          : await call(name, input, { ...context, ...listeners, dir: playground.dir, signal });
        told(result);
        return result;
      } catch (error) {
        told(error);
        throw error;
      } finally {
        if (description.changes) live.collector.ask();
        await live.collector.look();
      }
    };
    if (c.req.header('accept')?.includes('text/event-stream')) {
      const signal = AbortSignal.any([c.req.raw.signal, ending]);
      return eventStream(new CommandSource((listeners) => run(listeners, signal)), signal);
    }
    // who goes away leaves no work half done
    return c.json(answerOf(await run({}, ending)));
  });
  return app;
}

/** A command that was run, as it would be typed. */
function commandHappening(name: string, given: Given, result: unknown): NewHappening {
  const isOver = typeof result === 'object' && result !== null && 'exitCode' in result;
  const outcome = isOver ? { exit_code: (result as CallResult).exitCode } : errorBody(result);
  return { node: null, kind: 'command', text: commandLine(name, given), data: { ...given, ...outcome } };
}
