import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Playground } from '../../../dist/index.js';
import { LN_PLAY, lightningds, lnPlay, programsByHand } from '../lib/programs.js';
import { inTurns, timed } from '../lib/samples.js';

const run = promisify(execFile);

/** One RPC by the command line, beside a Node that does nothing. */
export async function* measure({ runs = 41 }) {
  const { cln, embedded } = await lightningds();
  const byHand = await programsByHand();
  const playground = await Playground.start({ lightningd: cln ?? embedded });
  try {
    const { dir, nodes } = playground;
    const env = { LN_PLAY_DIR: dir };
    const lightningDir = `--lightning-dir=${join(nodes[0].lightningDir)}`;
    const samples = await inTurns(runs, {
      node: () => timed(() => run(process.execPath, ['-e', '0'])),
      getinfo: () => timed(() => lnPlay(['cli', 'l1', 'getinfo'], env)),
      help: () => timed(() => run(process.execPath, [LN_PLAY, '--version'])),
      ...(byHand && {
        cli: () => timed(() => run(byHand.LIGHTNING_CLI, [lightningDir, '--network=regtest', 'getinfo'])),
      }),
    });
    const baseline = { name: 'node -e 0', samples: samples.node };
    yield { what: 'ln-play cli l1 getinfo', samples: samples.getinfo, baseline, ratioGoal: 2 };
    yield { what: 'ln-play --version', samples: samples.help, baseline };
    if (samples.cli) yield { what: 'lightning-cli getinfo', samples: samples.cli, baseline };
  } finally {
    await playground.dispose();
  }
}
