import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Starts a plugin as lightningd does, with a stand-in for lightningd's RPC, until `stop`.
 *
 * @param file the plugin, beside this file
 * @param options values of its options
 * @param rpc what the RPCs it makes are answered: functions of their parameters, by method
 */
export async function startPlugin(file, { options = {}, rpc = {} } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'plugin-test-'));
  const server = createServer((socket) => serve(socket, rpc));
  server.listen(join(folder, 'lightning-rpc'));
  await once(server, 'listening');
  const path = join(dirname(fileURLToPath(import.meta.url)), file);
  const child = spawn(path, { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  const plugin = new RunningPlugin(child, async () => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
    server.close();
    await rm(folder, { recursive: true });
  });
  plugin.manifest = await plugin.call('getmanifest', {});
  const configuration = { 'lightning-dir': folder, 'rpc-file': 'lightning-rpc', network: 'regtest', startup: false };
  plugin.init = await plugin.call('init', { options, configuration });
  return plugin;
}

class RunningPlugin {
  /** The lines that it logged. */
  logs = [];
  stop;
  #child;
  #pending = new Map();
  #nextId = 1;

  constructor(child, stop) {
    this.#child = child;
    this.stop = stop;
    readMessages(child.stdout, (message) => this.#receive(message));
    child.once('error', (error) => this.#fail(error));
    child.once('exit', (code) => this.#fail(new Error(`the plugin exited with code ${code}`)));
  }

  /** Calls one of its methods, or asks one of its hooks. */
  async call(method, params) {
    const id = `test:${method}#${this.#nextId++}`;
    return await new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#send({ id, method, params });
    });
  }

  /** Tells it of something that it subscribed to. */
  notify(method, params) {
    this.#send({ method, params });
  }

  #receive({ id, method, params, result, error }) {
    if (method === 'log') this.logs.push(params.message);
    const { resolve, reject } = this.#pending.get(id) ?? {};
    this.#pending.delete(id);
    if (error) reject?.(Object.assign(new Error(error.message), error));
    else resolve?.(result);
  }

  #send(message) {
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
  }

  #fail(error) {
    for (const { reject } of this.#pending.values()) reject(error);
  }
}

function serve(socket, rpc) {
  readMessages(socket, async ({ id, method, params }) => {
    const answer = rpc[method]
      ? { result: await rpc[method](params) }
      : { error: { code: -32601, message: `the test does not say what ${method} answers` } };
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n\n`);
  });
}

/** What comes in is one message after another, each whole as soon as it can be parsed. */
function readMessages(stream, onMessage) {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text) => {
    const parts = (rest + text).split(/(?<=\})\s*(?=\{"jsonrpc")|\n\n/);
    rest = '';
    for (const [index, part] of parts.entries()) {
      if (part.trim() === '') continue;
      try {
        onMessage(JSON.parse(part));
      } catch (error) {
        if (index < parts.length - 1) throw error;
        rest = part;
      }
    }
  });
}
