import { setTimeout as delay } from 'node:timers/promises';
import { Playground } from '../../../dist/index.js';
import { cpuMs, residentMb } from '../lib/processes.js';
import { NO_CLN, lightningds } from '../lib/programs.js';
import { baselineOf, samplesOf } from '../lib/samples.js';

/** Over how long the CPU time of nodes is counted that have nothing to do, in ms. */
const WINDOW_MS = 20_000;

/** What a fresh node takes that does nothing, all its processes together. */
export async function* measure() {
  const kinds = await lightningds();
  const results = {};
  for (const [kind, lightningd] of Object.entries(kinds)) if (lightningd) results[kind] = await idle(lightningd);
  if (!kinds.cln) yield { what: 'cln', skipped: NO_CLN };
  const baseline = (part) => baselineOf('cln', results.cln, part);
  const { embedded } = results;
  yield { what: 'cpu', ...samplesOf(embedded, 'cpu'), unit: '%', goal: 1, baseline: baseline('cpu') };
  yield { what: 'resident', ...samplesOf(embedded, 'resident'), unit: 'MB', goal: 130, baseline: baseline('resident') };
}

async function idle(lightningd) {
  const playground = await Playground.start({ lightningd });
  try {
    const pids = playground.nodes.map((node) => node.lightningd.daemon.pid);
    const before = pids.map(cpuMs);
    const from = performance.now();
    await delay(WINDOW_MS);
    const elapsed = performance.now() - from;
    return pids.map((pid, i) => ({ cpu: ((cpuMs(pid) - before[i]) / elapsed) * 100, resident: residentMb(pid) }));
  } finally {
    await playground.dispose();
  }
}
