#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { build } from './build.js';
import { checkNode } from './check-node.js';
checkNode();
const { loadCompiled } = await import(new URL('embedded/compiled.js', build()).href);
const { exports, keep } = loadCompiled(fileURLToPath(new URL('embedded/main.cjs', build())));
await exports.main(process.argv.slice(2));
setTimeout(() => keep(), 1000).unref(); // once whoever waits for it has been answered
