/**
 * The program that a reaper runs when ours was killed: stops what runs in a temporary playground and removes its folder.
 * usage: node reap.js DIR
 */
import { rm } from 'node:fs/promises';
import { Playground } from './playground.js';

const dir = process.argv[2]!;
try {
  await (await Playground.open(dir)).down();
} finally {
  await rm(dir, { recursive: true, force: true, maxRetries: 10 });
}
