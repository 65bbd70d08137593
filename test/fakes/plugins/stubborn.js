#!/usr/bin/env node
/** Wants to hear of the shutdown, and ends neither then nor at SIGTERM. */
import { createInterface } from 'node:readline';

const RESULTS = {
  getmanifest: { options: [], rpcmethods: [], subscriptions: ['shutdown'], dynamic: true },
  init: {},
};

process.on('SIGTERM', () => {});
createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === '') return;
  const { id, method } = JSON.parse(line);
  const result = RESULTS[method];
  if (result) process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`);
});
setInterval(() => {}, 60_000);
