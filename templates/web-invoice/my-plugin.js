#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Plugin } from './lightning-plugin.js';

const plugin = new Plugin();

plugin.option({ name: 'my-plugin-port', type: 'int', default: 8024, description: 'Port of the web server (0: any)' });

/** Each visit gives a fresh invoice; its label must be unique, so it is random. */
async function visit(response) {
  const label = randomBytes(8).toString('hex');
  const description = `visit ${label} at ${new Date().toISOString()}`;
  const { bolt11 } = await plugin.rpc('invoice', { amount_msat: '24msat', label, description });
  response.writeHead(200, { 'Content-Type': 'text/plain' }).end(`${bolt11}\n`);
}

const server = createServer((request, response) => {
  plugin.log(`${request.method} ${request.url}`);
  if (request.url !== '/') {
    response.writeHead(404).end('not found\n');
    return;
  }
  visit(response).catch((error) => {
    plugin.log(error.message, 'error');
    response.writeHead(500).end('no invoice: see the log of the node\n');
  });
});

const url = () => `http://127.0.0.1:${server.address().port}/`;

plugin.method('my-plugin-url', '', () => ({ url: url() }));

plugin.onInit(async () => {
  const port = plugin.options['my-plugin-port'];
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    if (cause.code !== 'EADDRINUSE') throw cause;
    throw new Error(`port ${port} is in use: start it with another my-plugin-port`, { cause });
  }
  plugin.log(`invoices at ${url()}`);
});

plugin.run();
