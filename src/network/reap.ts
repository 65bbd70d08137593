/**
 * The program that a reaper runs when ours was killed: stops what runs in a temporary playground and removes its folder.
 * usage: node reap.js DIR
 */
import { removeTree } from '../core/files.js';
import { stopDaemons } from './daemons.js';
import { Playground } from './playground.js';

const dir = process.argv[2]!;
try {
  const playground = await Playground.open(dir);
  try {
    await playground.down();
  } catch {
    // Whatever was in the way, such as a lock that never got free: its owner is dead, and its folder goes.
    await stopDaemons(playground.daemons(), playground.steps).catch(() => {});
  }
} finally {
  await removeTree(dir);
}
