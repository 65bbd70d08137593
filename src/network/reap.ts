/**
 * The program that a reaper runs when ours was killed: stops what runs in a temporary playground and removes its folder.
 * usage: node reap.js DIR
 */
import { removeTree } from '../core/files.js';
import { Playground } from './playground.js';

const dir = process.argv[2]!;
try {
  await (await Playground.open(dir)).down();
} finally {
  await removeTree(dir);
}
