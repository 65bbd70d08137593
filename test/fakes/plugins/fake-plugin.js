/**
 * A plugin that behaves as its one argument says: JSON of the type FakeBehaviour in support.ts. What it is not told to do
 * wrong, it does right.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const behaviour = JSON.parse(process.argv[2] ?? '{}');
const manifest = {
  options: [],
  rpcmethods: [{ name: 'fake', usage: '[answer]' }],
  subscriptions: [],
  hooks: [],
  dynamic: true,
  ...behaviour.manifest,
};

const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
const log = (message) => say({ method: 'log', params: { level: 'info', message } });

const FAULTS = {
  silent: () => {},
  half: ({ id }) => process.stdout.write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"resu`),
  banner: () => process.stdout.write('Welcome to my plugin!\n'),
  array: () => process.stdout.write('[1, 2]'),
  'no-jsonrpc': ({ id }) => process.stdout.write(JSON.stringify({ id, result: manifest })),
  twice: ({ id }, result) => (say({ id, result }), say({ id, result })),
  'unknown-id': ({ id }, result) => (say({ id: 'nobody-asked', result }), say({ id, result })),
  'numeric-id': (_, result) => say({ id: 1, result }),
  error: ({ id }) => say({ id, error: { code: -1, message: 'no, thank you' } }),
  neither: ({ id }) => say({ id }),
  die: () => {
    process.stderr.write('Traceback: name secrets is not defined\n');
    process.exit(1);
  },
  flood: () => {
    const piece = `{"jsonrpc":"2.0","method":"log","params":{"level":"info","message":"${'x'.repeat(60_000)}"}}`;
    const more = () => {
      while (process.stdout.write(piece));
      process.stdout.once('drain', more);
    };
    more();
  },
  'fork-and-exit': () => {
    // The heir holds our standard output, and ends by itself should nobody end it.
    const heir = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30000)', behaviour.mark ?? ''], {
      stdio: ['ignore', 'inherit', 'ignore'],
    });
    heir.once('spawn', () => process.exit(0));
  },
  'bad-log': ({ id }, result) => (
    say({ method: 'log', params: { level: 'loud', message: 'hey' } }),
    say({ id, result })
  ),
  unannounced: ({ id }, result) => (say({ method: 'surprise', params: {} }), say({ id, result })),
  listen: ({ id }, result) =>
    createServer()
      .once('error', (error) => say({ id, result: { disable: error.message } }))
      .listen(behaviour.port, '127.0.0.1', () => say({ id, result })),
  disable: ({ id }) => say({ id, result: { disable: 'not today' } }),
};

const RESULTS = {
  getmanifest: () => manifest,
  init: () => ({}),
  fake: (params) => ({ answer: behaviour.answer ?? 'right', params, ...(behaviour.tellPid && { pid: process.pid }) }),
};

function receive(request) {
  if (request.id === undefined) {
    log(`told of ${request.method}`);
    if (request.method === 'shutdown' && behaviour.onShutdown !== 'stay') process.exit(0);
    return;
  }
  const result = RESULTS[request.method]?.(request.params) ?? { result: 'continue' };
  const fault = FAULTS[behaviour.on?.[request.method]];
  if (fault) fault(request, result);
  else say({ id: request.id, result });
}

if (behaviour.stderr) process.stderr.write(`${behaviour.stderr}\n`);
if (behaviour.ignoreSigterm) process.on('SIGTERM', () => {});
let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const messages = (rest + chunk).split('\n\n');
  rest = messages.pop();
  for (const message of messages) receive(JSON.parse(message));
});
// One that does not mind the end of its standard input is kept by this timer, which is longer than any test.
if (behaviour.onStdinEnd === 'stay') setTimeout(() => {}, 60_000);
else process.stdin.on('end', () => process.exit(0));
