#!/usr/bin/env node
/**
 * Holds each payment that comes in until there is a file `release` in the lightning-dir, whose text is its answer. Writes
 * what it was asked to the file `asked`, a JSON object a line.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

let folder = '.';
const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);

const handlers = {
  getmanifest: (_, answer) =>
    answer({ options: [], rpcmethods: [], hooks: [{ name: 'htlc_accepted' }], dynamic: true }),
  init: ({ configuration }, answer) => {
    folder = join(configuration['lightning-dir'], '..');
    answer({});
  },
  htlc_accepted: (params, answer) => {
    appendFileSync(join(folder, 'asked'), `${JSON.stringify(params)}\n`);
    const release = join(folder, 'release');
    const timer = setInterval(() => {
      const text = existsSync(release) ? readFileSync(release, 'utf8') : '';
      if (!text.endsWith('}')) return; // not there yet, or not whole
      clearInterval(timer);
      answer(JSON.parse(text));
    }, 10);
  },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === '') return;
  const { id, method, params } = JSON.parse(line);
  handlers[method]?.(params, (result) => say({ id, result }));
});
process.stdin.on('end', () => process.exit(0));
