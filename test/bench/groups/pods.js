import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findExecutable } from '../../../dist/daemons/executables/find.js';
import { freePort } from '../../../dist/process/ports.js';
import { LN_PLAY } from '../lib/programs.js';
import { removeTemporary, temporaryFolder } from '../lib/temporary.js';
import { LATENCY, Simulation } from '../simulation/server.js';

const KUBECTL = fileURLToPath(new URL('../simulation/kubectl.sh', import.meta.url));
/** So many nodes, each with a channel to the next: LN_PLAY_BENCH_NODES=10,100 for others. */
const NODES = process.env.LN_PLAY_BENCH_NODES ?? '100,500';
const LOOK_MS = 500;

/** `up --on kubernetes` of a line of nodes in a cluster that is simulated: how long, how many calls, what is in flight. */
export async function* measure() {
  console.error(`a request takes ${LATENCY.request} ms, an exec ${LATENCY.exec} ms, a pod ${LATENCY.pod} ms`);
  for (const nodes of NODES.split(',').map(Number)) yield* upOf(nodes);
}

async function* upOf(nodes) {
  const folder = temporaryFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(KUBECTL, join(bin, 'kubectl'));
  const bitcoind = (await findExecutable('bitcoind')).executable.command;
  const [port, bitcoindPort] = [await freePort(), await freePort()];
  const simulation = new Simulation({ folder, bitcoind, bitcoindPort, port });
  const dir = join(folder, 'p');
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, SIMULATION: String(port), LN_PLAY_DIR: dir };
  const lnPlay = (...args) => promisify(execFile)(process.execPath, [LN_PLAY, ...args], { env, maxBuffer: 1e9 });
  const peaks = { up: 0, keeper: 0, kubectl: 0 };
  const timer = setInterval(() => look(dir, peaks), LOOK_MS);
  try {
    const from = performance.now();
    await lnPlay('up', '--topology', `line:${nodes}`, '--on', 'kubernetes');
    const all = performance.now() - from;
    const { calls, most, times, lightningds } = simulation;
    const since = (time) => time - from;
    const methods = lightningds.times;
    const row = (what, value, unit = 's') => ({
      what: `${nodes} nodes: ${what}`,
      unit,
      samples: [unit === 's' ? value / 1_000 : value],
    });
    yield row('planned', since(times.get('get')[0]));
    yield row('described to the API server', times.get('apply')[1] - times.get('apply')[0]);
    yield row('all up and asked', methods.get('connect')[0] - times.get('apply')[1]);
    yield row('connected', methods.get('newaddr')[0] - methods.get('connect')[0]);
    yield row('funded', methods.get('fundchannel')[0] - methods.get('newaddr')[0]);
    yield row('channels opened', methods.get('fundchannel')[1] - methods.get('fundchannel')[0]);
    yield row('confirmed, and heard of by all', since(all + from) - since(methods.get('fundchannel')[1]));
    yield row('all of it', all);
    for (const verb of ['apply', 'exec', 'logs', 'get', 'watch'])
      yield row(`kubectl ${verb}`, calls.get(verb) ?? 0, 'calls');
    yield row('kubectl exec at once, at the most', most.get('exec'), 'calls');
    const asked = [...lightningds.calls.values()].reduce((sum, count) => sum + count, 0);
    yield row('RPC calls a node', asked / nodes, 'calls');
    yield row('execs a node', calls.get('exec') / nodes, 'calls');
    yield row('memory of what stands for the pods', peaks.keeper, 'MB');
    yield row('memory of up', peaks.up, 'MB');
    yield row('kubectl processes at once', peaks.kubectl, 'calls');
    const down = performance.now();
    await lnPlay('down');
    yield row('down', performance.now() - down);
    await lnPlay('destroy', '--yes');
    console.error(Object.fromEntries([...lightningds.calls].map(([method, count]) => [method, count / nodes])));
  } finally {
    clearInterval(timer);
    simulation.close();
    await lnPlay('destroy', '--yes').catch(() => {});
    removeTemporary(folder);
  }
}

/** The most that there was of each: memory in MB, and how many kubectl. */
function look(dir, peaks) {
  let kubectl = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      if (!environment.includes(`LN_PLAY_DIR=${dir}`)) continue;
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const mb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
      if (words.includes('tunnel/main.js')) peaks.keeper = Math.max(peaks.keeper, mb);
      else if (words.includes('ln-play.js')) peaks.up = Math.max(peaks.up, mb);
      else if (words.includes('kubectl')) kubectl++;
    } catch {
      // it has ended meanwhile
    }
  }
  peaks.kubectl = Math.max(peaks.kubectl, kubectl);
}
