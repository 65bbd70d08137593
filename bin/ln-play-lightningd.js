#!/usr/bin/env node
import { checkNode } from './check-node.js';
checkNode();
const { main } = await import('../dist/embedded/main.js');
await main(process.argv.slice(2));
