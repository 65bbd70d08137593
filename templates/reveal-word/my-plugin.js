#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Plugin } from './lightning-plugin.js';

/** Of the 32 bytes of a preimage, these many are random, so that nobody can guess it; the others are for sale. */
const RANDOM_BYTES = 8;
const WORD_BYTES = 24;

const plugin = new Plugin();

plugin.option({ name: 'my-plugin-port', type: 'int', default: 8025, description: 'Port of the web server (0: any)' });
plugin.option({
  name: 'my-plugin-word',
  type: 'string',
  default: 'reckless',
  description: 'The word that is for sale',
});

/** Who pays the invoice learns its preimage, and so the word: the payment is the delivery. */
async function sell(response) {
  const random = randomBytes(RANDOM_BYTES);
  const word = Buffer.alloc(WORD_BYTES);
  word.write(plugin.options['my-plugin-word']);
  const { bolt11 } = await plugin.rpc('invoice', {
    amount_msat: `${WORD_BYTES}msat`,
    label: `word-${random.toString('hex')}`,
    description: `${WORD_BYTES} bytes of text`,
    preimage: Buffer.concat([random, word]).toString('hex'),
  });
  response.writeHead(200, { 'Content-Type': 'text/plain' }).end(`${bolt11}\n`);
}

const server = createServer((request, response) => {
  if (request.url !== '/') {
    response.writeHead(404).end('not found\n');
    return;
  }
  sell(response).catch((error) => {
    plugin.log(error.message, 'error');
    response.writeHead(500).end('no invoice: see the log of the node\n');
  });
});

const url = () => `http://127.0.0.1:${server.address().port}/`;

plugin.method('my-plugin-url', '', () => ({ url: url() }));

plugin.onInit(async () => {
  const bytes = Buffer.byteLength(plugin.options['my-plugin-word']);
  if (bytes > WORD_BYTES) throw new Error(`my-plugin-word has ${bytes} bytes: at most ${WORD_BYTES} fit in a preimage`);
  const port = plugin.options['my-plugin-port'];
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    if (cause.code !== 'EADDRINUSE') throw cause;
    throw new Error(`port ${port} is in use: start it with another my-plugin-port`, { cause });
  }
  plugin.log(`a word is for sale at ${url()}`);
});

plugin.run();
