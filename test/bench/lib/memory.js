import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryFolder } from './temporary.js';

/** As a URL: a path with a space would be two words in NODE_OPTIONS. */
const PROBE = new URL('memory-probe.js', import.meta.url).href;
const MB = 1 << 20;
let folder;

/** From now on, programs of Node's that are started tell of their memory when they are asked. */
export function startProbed() {
  folder = temporaryFolder();
  process.env.LN_PLAY_MEMORY_PROBE = folder;
  process.env.NODE_OPTIONS = `--import ${PROBE}`;
  return () => {
    delete process.env.LN_PLAY_MEMORY_PROBE;
    delete process.env.NODE_OPTIONS;
  };
}

/** What an embedded node holds after everything was collected that nobody needs, in MB; `held` are objects of LDK's. */
export async function memoryOf(node) {
  const { pid } = node.lightningd.daemon;
  const answer = join(folder, `${pid}.json`);
  rmSync(answer, { force: true });
  process.kill(pid, 'SIGUSR2');
  while (!existsSync(answer)) await delay(20);
  const { held, ...bytes } = JSON.parse(readFileSync(answer, 'utf8'));
  return { held, ...Object.fromEntries(Object.entries(bytes).map(([name, value]) => [name, value / MB])) };
}
