import { Hono } from 'hono';
import { shellWord } from '../../core/shell.js';
import { call, checkCall, type CallResult } from '../../interface/call.js';
import { describeCommands } from '../../interface/describe.js';
import type { Given } from '../../interface/given.js';
import { errorBody } from '../../interface/errors.js';
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
    const { given, description } = checkCall(name, input, context);
    const signal = AbortSignal.any([c.req.raw.signal, ending]);
    try {
      const result = await call(name, input, { ...context, dir: playground.dir, signal });
      if (description.changes) told(given, name, result);
      return c.json({ json: result.json, text: result.text, exit_code: result.exitCode });
    } catch (error) {
      if (description.changes) told(given, name, error);
      throw error;
    } finally {
      if (description.changes) live.collector.ask();
      await live.collector.look();
    }
  });

  const told = (given: Given, name: string, result: unknown): void => {
    const isOver = typeof result === 'object' && result !== null && 'exitCode' in result;
    const outcome = isOver ? { exit_code: (result as CallResult).exitCode } : errorBody(result);
    const text = commandLine(name, given);
    live.happened({ node: null, kind: 'command', text, data: { ...given, ...outcome } });
  };
  return app;
}

/** As it would be typed: `ln-play open l1 l2 0.01btc --private`. */
function commandLine(name: string, { args, options }: Given): string {
  const words = Object.entries(options).flatMap(([option, value]) => {
    const flag = `--${option.replaceAll('_', '-')}`;
    if (typeof value === 'boolean') return value ? [flag] : [];
    return (typeof value === 'string' ? [value] : value).flatMap((each) => [flag, shellWord(each)]);
  });
  return ['ln-play', name, ...args.map(shellWord), ...words].join(' ');
}
