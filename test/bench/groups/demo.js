import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../dist/process/ports.js';
import { NO_CLN, lightningds, lnPlay, programsByHand } from '../lib/programs.js';
import { inTurns } from '../lib/samples.js';
import { removeTemporary, temporaryFolder } from '../lib/temporary.js';

const SCRIPT = fileURLToPath(new URL('../by-hand.sh', import.meta.url));

/** The whole job: `ln-play demo`, beside a plain script that does its steps one after another. */
export async function* measure({ runs = 9 }) {
  const { cln, embedded } = await lightningds();
  const env = await programsByHand();
  const samples = await inTurns(runs, {
    ...(env && { byHand: () => byHand(env), cln: () => demo(cln) }),
    embedded: () => demo(embedded),
  });
  const of = (name, part) => samples[name].map((sample) => sample[part]);
  for (const [name, part] of [
    ['start to paid', 'paid'],
    ['start to all stopped', 'ended'],
  ]) {
    const what = (kind) => `${name}, ${kind}`;
    const paid = part === 'paid';
    if (env) {
      const baseline = { name: 'by hand', samples: of('byHand', part) };
      yield { what: what('cln'), samples: of('cln', part), baseline, ...(paid && { goal: 2000, ratioGoal: 0.6 }) };
    } else yield { what: what('cln'), skipped: NO_CLN };
    const baseline = env && { name: 'cln', samples: of('cln', part) };
    yield { what: what('embedded'), samples: of('embedded', part), baseline, ...(paid && { goal: 2500 }) };
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
  const killAll = () => process.kill(-script.pid, 'SIGKILL');
  process.once('exit', killAll);
  const times = {};
  script.stdout.on('data', (chunk) => {
    for (const word of String(chunk).trim().split('\n')) times[word] = performance.now() - from;
  });
  const [code] = await once(script, 'close');
  process.off('exit', killAll);
  if (code !== 0) throw new Error(`${SCRIPT} exited with ${code}: see ${dir}`);
  removeTemporary(dir);
  return { paid: times.paid, ended: times.stopped };
}
