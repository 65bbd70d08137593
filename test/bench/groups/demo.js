import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../dist/process/ports.js';
import { NO_CLN, lightningds, lnPlay, programsByHand } from '../lib/programs.js';
import { baselineOf, inTurns, samplesOf } from '../lib/samples.js';
import { removeTemporary, temporaryFolder } from '../lib/temporary.js';

const SCRIPT = fileURLToPath(new URL('../by-hand.sh', import.meta.url));

/** A script that takes longer than this has come to grief. */
const PATIENCE_MS = 60_000;

const PARTS = [
  { part: 'paid', what: 'start to paid', goals: { cln: { goal: 2000, ratioGoal: 0.6 }, embedded: { goal: 2500 } } },
  { part: 'ended', what: 'start to all stopped', goals: { cln: {}, embedded: {} } },
];

/** The whole job: `ln-play demo`, beside a plain script that does its steps one after another. */
export async function* measure({ runs = 9 }) {
  const { cln, embedded } = await lightningds();
  const env = await programsByHand();
  const results = await inTurns(runs, {
    byHand: env && (() => byHand(env)),
    cln: cln && (() => demo(cln)),
    embedded: () => demo(embedded),
  });
  for (const { part, what, goals } of PARTS) {
    if (cln) {
      const baseline = baselineOf('by hand', results.byHand, part);
      yield { what: `${what}, cln`, ...samplesOf(results.cln, part), baseline, ...goals.cln };
    } else yield { what: `${what}, cln`, skipped: NO_CLN };
    const baseline = baselineOf('by hand', results.byHand, part);
    yield { what: `${what}, embedded`, ...samplesOf(results.embedded, part), baseline, ...goals.embedded };
  }
}

async function demo(lightningd) {
  const from = performance.now();
  const { total_ms: paid } = JSON.parse(await lnPlay(['demo', '--json', '--lightningd', lightningd]));
  return { paid, ended: performance.now() - from };
}

async function byHand(env) {
  const dir = temporaryFolder();
  const port = String(await freePort());
  const from = performance.now();
  const script = spawn(SCRIPT, [dir, port], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const killAll = () => script.pid !== undefined && process.kill(-script.pid, 'SIGKILL');
  process.once('exit', killAll);
  const times = {};
  script.stdout.on('data', (chunk) => {
    for (const word of String(chunk).trim().split('\n')) times[word] = performance.now() - from;
  });
  const late = setTimeout(killAll, PATIENCE_MS);
  const [code] = await once(script, 'close');
  clearTimeout(late);
  process.off('exit', killAll);
  if (code !== 0) throw new Error(`${SCRIPT} exited with ${code}: see ${dir}`);
  removeTemporary(dir);
  return { paid: times.paid, ended: times.stopped };
}
