import { Hono } from 'hono';
import { z } from 'zod';
import { lnPlayVersion } from '../../core/version.js';
import { describeCommands } from '../../interface/describe.js';
import { givenSchema } from '../../interface/schema.js';
import { Happening } from '../happenings/happening.js';
import { NodeMethod } from '../nodes/help.js';
import { LogLine } from '../nodes/log-line.js';
import { State } from '../state/state.js';
import { RpcCall } from './nodes.js';

const anything = z.unknown();
const ErrorAnswer = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string().nullable().describe('what to do next'),
    details: z.array(z.string()),
  }),
});
const CommandResult = z.object({
  json: anything.describe('what `--json` prints'),
  text: z.string().describe('what a person would read'),
  exit_code: z.number().int(),
});
const Descriptions = z.object({
  commands: z.array(
    z.object({
      name: z.string(),
      heading: z.string(),
      usage: z.string(),
      summary: z.string(),
      args: z.array(z.object({ name: z.string(), about: z.string(), required: z.boolean(), many: z.boolean() })),
      options: z.array(
        z.object({
          name: z.string(),
          flag: z.string(),
          summary: z.string(),
          kind: z.enum(['text', 'flag', 'list']),
          value: z.string().nullable(),
        }),
      ),
      examples: z.array(z.string()),
      changes: z.boolean(),
    }),
  ),
});
const NodeDetails = z.object({
  name: z.string(),
  ...Object.fromEntries(
    ['info', 'config', 'funds', 'channels', 'peers', 'invoices', 'payments', 'forwards', 'plugins'].map((part) => [
      part,
      anything.describe('as lightningd tells it; where that failed, an error'),
    ]),
  ),
  connect: z.array(z.object({ label: z.string(), value: z.string() })),
  processes: z.array(
    z.object({
      pid: z.number().int(),
      parent: z.number().int().nullable(),
      command: z.string(),
      purpose: z.string(),
      cpu: z.number().nullable().describe('in percent of a core, on the average'),
      memory_kb: z.number().int().nullable(),
    }),
  ),
});
const list = z.array(anything);
const SeenPayment = z.object({
  payment_hash: z.string(),
  seen: z.array(
    z.object({ node: z.string(), invoice: anything, payment: anything, parts: list, forwards: list, htlcs: list }),
  ),
});
const SeenChannel = z.object({
  id: z.string(),
  seen: z.array(z.object({ node: z.string(), peerchannel: anything, gossip: list, forwards: list })),
});

interface Operation {
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly answer?: z.ZodType;
  /** Of server-sent events: what each has, by its name. */
  readonly events?: { readonly [event: string]: z.ZodType };
  readonly query?: { readonly [name: string]: string };
}

/** All that there is, by path and method. */
const OPERATIONS: { readonly [path: string]: { readonly get?: Operation; readonly post?: Operation } } = {
  '/state': { get: { summary: 'how all stands', answer: State } },
  '/events': {
    get: {
      summary:
        'how all stands whenever that is another, and what happens. Last-Event-ID, or `after`, catches up; `reset` says that what was missed is kept no longer',
      events: { state: State, happening: Happening, reset: z.object({}) },
      query: { after: 'the number of the last event that was seen; 0 for all that is kept' },
    },
  },
  '/commands': { get: { summary: 'the commands that can be run', answer: Descriptions } },
  '/nodes/{name}': { get: { summary: 'what a node tells of itself', answer: NodeDetails } },
  '/nodes/{name}/help': {
    get: { summary: "a node's methods", answer: z.object({ commands: z.array(NodeMethod) }) },
  },
  '/nodes/{name}/rpc': {
    post: { summary: "call any of a node's methods", body: RpcCall, answer: z.object({ result: anything }) },
  },
  '/nodes/{name}/log': {
    get: {
      summary: "a node's log, or bitcoind's: the last 500 lines, then what comes",
      events: { line: LogLine, dropped: z.object({ lines: z.number().int() }) },
    },
  },
  '/payments/{payment_hash}': { get: { summary: 'a payment, as all nodes see it', answer: SeenPayment } },
  '/channels/{id}': {
    get: { summary: 'a channel by its short id or channel id, as all nodes see it', answer: SeenChannel },
  },
};

/** The interface in OpenAPI 3.1, of the schemas that check what comes in. */
export function openApi(): object {
  const commands = describeCommands('browser').map((description) => [
    `/commands/${description.name.replaceAll(' ', '-')}`,
    { post: { summary: description.summary, body: givenSchema(description), answer: CommandResult } },
  ]);
  const all: typeof OPERATIONS = { ...OPERATIONS, ...(Object.fromEntries(commands) as typeof OPERATIONS) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'ln-play web',
      version: lnPlayVersion(),
      description: 'A Lightning playground on regtest. Requests need the cookie that `ln-play web` gives a browser.',
    },
    servers: [{ url: '/api' }],
    security: [{ cookie: [] }],
    paths: Object.fromEntries(
      Object.entries(all).map(([path, operations]) => [
        path,
        Object.fromEntries(Object.entries(operations).map(([method, each]) => [method, described(path, each)])),
      ]),
    ),
    components: {
      securitySchemes: { cookie: { type: 'apiKey', in: 'cookie', name: 'ln-play-ID' } },
      responses: { error: { description: 'what went wrong', content: json(ErrorAnswer, 'output') } },
    },
  };
}

function described(path: string, { summary, body, answer, events, query = {} }: Operation): object {
  const parameters = [
    ...Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...Object.entries(query).map(([name, description]) => ({
      name,
      in: 'query',
      required: false,
      description,
      schema: { type: 'string' },
    })),
  ];
  const content = events
    ? { 'text/event-stream': { schema: { type: 'string', description: eventsText(events) } } }
    : json(answer!, 'output');
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: json(body, 'input') } }),
    responses: { 200: { description: 'OK', content }, default: { $ref: '#/components/responses/error' } },
  };
}

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io }) as { $schema?: string };
  return rest;
};

const json = (schema: z.ZodType, io: 'input' | 'output'): object => ({
  'application/json': { schema: schemaOf(schema, io) },
});

/** OpenAPI has no word for events: each is told with the schema of its data. */
const eventsText = (events: NonNullable<Operation['events']>): string =>
  Object.entries(events)
    .map(([name, schema]) => `event: ${name}, its data being JSON of ${JSON.stringify(schemaOf(schema, 'output'))}`)
    .join('\n\n');

export function openApiRoutes(): Hono {
  const app = new Hono();
  let made: object | undefined;
  app.get('/', (c) => c.json((made ??= openApi())));
  return app;
}
