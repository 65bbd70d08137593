import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Playground } from '../../../dist/index.js';
import { LN_PLAY, lightningds, lnPlay, programsByHand } from '../lib/programs.js';
import { baselineOf, inTurns, samplesOf, timed } from '../lib/samples.js';

const run = promisify(execFile);

/** One RPC by the command line, beside a Node that does nothing. */
export async function* measure({ runs = 41 }) {
  const { cln, embedded } = await lightningds();
  const byHand = await programsByHand();
  const playground = await Playground.start({ lightningd: cln ?? embedded });
  try {
    const env = { LN_PLAY_DIR: playground.dir };
    const lightningDir = `--lightning-dir=${playground.nodes[0].lightningDir}`;
    const results = await inTurns(runs, {
      node: () => timed(() => run(process.execPath, ['-e', '0'])),
      getinfo: () => timed(() => lnPlay(['cli', 'l1', 'getinfo'], env)),
      version: () => timed(() => run(process.execPath, [LN_PLAY, '--version'])),
      clnCli: byHand && (() => timed(() => run(byHand.LIGHTNING_CLI, [lightningDir, '--network=regtest', 'getinfo']))),
    });
    const baseline = baselineOf('node -e 0', results.node);
    yield { what: 'ln-play cli l1 getinfo', ...samplesOf(results.getinfo), baseline, ratioGoal: 2 };
    yield { what: 'ln-play --version', ...samplesOf(results.version), baseline };
    if (results.clnCli) yield { what: 'lightning-cli getinfo', ...samplesOf(results.clnCli), baseline };
  } finally {
    await playground.dispose();
  }
}
