#!/usr/bin/env node
import { main } from '../dist/embedded/main.js';

await main(process.argv.slice(2));
