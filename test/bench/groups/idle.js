import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { descendants } from '../../../dist/process/table.js';
import { Playground } from '../../../dist/index.js';
import { NO_CLN, lightningds } from '../lib/programs.js';
import { baselineOf, samplesOf } from '../lib/samples.js';

/** Over how long the CPU time of nodes is counted that have nothing to do, in ms. */
const WINDOW_MS = 20_000;
const TICK_MS = 10; // USER_HZ of proc(5)

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

const sumOver = (pid, of) => descendants(pid).reduce((sum, process) => sum + of(process.pid), 0);

/** User and system time, as proc(5) has it in fields 14 and 15 of stat. */
const cpuMs = (pid) =>
  sumOver(pid, (each) => {
    const stat = readFileSync(`/proc/${each}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  });

/** One process: all that is resident. A family of them: each its share of what they share, or it would count often. */
function residentMb(pid) {
  const alone = descendants(pid).length === 1;
  const read = (each) =>
    Number((alone ? /^Rss:\s+(\d+)/m : /^Pss:\s+(\d+)/m).exec(readFileSync(`/proc/${each}/smaps_rollup`, 'latin1'))[1]);
  return sumOver(pid, read) / 1024;
}
