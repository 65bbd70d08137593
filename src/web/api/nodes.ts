import { Hono } from 'hono';
import { z } from 'zod';
import { isReading } from '../../cln/reading-methods.js';
import { LnPlayError } from '../../core/errors.js';
import { readOnly } from '../../interface/call.js';
import { usageError } from '../../interface/schema.js';
import type { AnyNode } from '../../nodes/implementations.js';
import { LightningRpcError } from '../../rpc/lightning-socket.js';
import { eventStream } from '../events/event-stream.js';
import { nodeDetails } from '../nodes/details.js';
import { methodsOf } from '../nodes/help.js';
import { LogSource } from '../nodes/log-source.js';
import type { WebParts } from '../parts.js';
import { jsonOf, WebError } from '../web-error.js';

/** A call of a node's method. */
export const RpcCall = z.strictObject({
  method: z.string().min(1),
  params: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).default({}),
});

/** What nodes tell of themselves, and any method of theirs. */
export function nodeRoutes({ playground, live, isReadOnly, ending }: WebParts): Hono {
  const node = (name: string): AnyNode => {
    const found = playground.nodes.find((each) => each.name === name);
    if (found) return found;
    const names = playground.nodes.map((each) => each.name).join(', ');
    throw new WebError(404, 'NOT_FOUND', `There is no node ${name}`, { hint: `there are ${names}` });
  };
  const app = new Hono();
  app.get('/nodes/:name', async (c) => c.json(await nodeDetails(node(c.req.param('name')))));
  app.get('/nodes/:name/help', async (c) => c.json({ commands: await methodsOf(node(c.req.param('name'))) }));
  app.post('/nodes/:name/rpc', async (c) => {
    const { rpc, daemon, name } = node(c.req.param('name'));
    const { data, error } = RpcCall.safeParse(await jsonOf(c));
    if (error) throw usageError('rpc', error, 'for example {"method":"getinfo","params":{}}');
    const { method, params } = data;
    const isChange = !isReading(method);
    if (isChange && isReadOnly()) throw readOnly(method);
    const signal = AbortSignal.any([c.req.raw.signal, ending]);
    try {
      return c.json({ result: await daemon.guard(() => rpc.call(method, params, { signal })) });
    } catch (cause) {
      if (!(cause instanceof LightningRpcError)) throw cause;
      const details = [`code: ${cause.rpcCode}`, ...(cause.data === undefined ? [] : [JSON.stringify(cause.data)])];
      throw new LnPlayError('RPC', cause.message, { details, cause });
    } finally {
      if (isChange) live.collector.ask(undefined, name);
    }
  });
  app.get('/nodes/:name/log', (c) => {
    const name = c.req.param('name');
    const { logFile } = (name === 'bitcoind' ? playground.bitcoind.daemon : node(name).daemon).spec;
    return eventStream(new LogSource(logFile), AbortSignal.any([c.req.raw.signal, ending]));
  });
  return app;
}
