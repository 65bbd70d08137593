import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Playground, PlaygroundPool } from '../../../dist/index.js';
import { findExecutable } from '../../../dist/daemons/executables/find.js';
import { freePort } from '../../../dist/process/ports.js';
import { BitcoindRpc } from '../../../dist/rpc/bitcoind.js';
import { NO_CLN, lightningds, lnPlay } from '../lib/programs.js';
import { baselineOf, inTurns, samplesOf, timed } from '../lib/samples.js';
import { removeTemporary, temporaryFolder } from '../lib/temporary.js';

/** Two nodes and a channel, in the words of a network file. */
const NETWORK = { nodes: { l1: {}, l2: {} }, channels: [{ from: 'l2', to: 'l1', capacity: '0.042btc' }] };

const PARTS = [
  { part: 'paid', what: 'start with an open channel, and pay', goals: { cln: 450, embedded: 450 }, vs: 'bare' },
  { part: 'up', what: 'up with an open channel, the command', goals: { cln: 600, embedded: 700 } },
  { part: 'acquire', what: 'acquire from a pool', goals: { cln: 20, embedded: 20 } },
  { part: 'save', what: 'snapshot of what runs', goals: { cln: 700, embedded: 700 } },
  { part: 'revert', what: 'revert', goals: { cln: 350, embedded: 350 } },
  { part: 'exported', what: 'the talk, exported', goals: { cln: 2000, embedded: 2000 }, unit: 'kB' },
];

/** Networks that start from an image, against bitcoind and lightningd started bare. */
export async function* measure({ runs = 5 }) {
  const { cln, embedded } = await lightningds();
  for (const lightningd of [cln, embedded])
    if (lightningd) await (await Playground.start({ lightningd, network: NETWORK })).dispose(); // makes the image
  const results = await inTurns(runs, {
    bare: async () => ({ bare: Math.max(await bareBitcoind(), cln ? await bareLightningd(cln) : 0) }),
    cln: cln && (() => warm(cln)),
    embedded: () => warm(embedded),
  });
  const bare = baselineOf('the slower of bare bitcoind and lightningd', results.bare, 'bare');
  for (const { part, what, goals, vs, unit } of PARTS)
    for (const kind of ['cln', 'embedded']) {
      const measured = results[kind] ? samplesOf(results[kind], part) : { skipped: NO_CLN };
      yield { what: `${what}, ${kind}`, ...measured, baseline: vs && bare, goal: goals[kind], unit };
    }
}

async function warm(lightningd) {
  const measured = {};
  let playground;
  measured.paid = await timed(async () => {
    playground = await Playground.start({ lightningd, network: NETWORK });
    const [l1, l2] = playground.nodes;
    await playground.payDemo({ from: l2, to: l1 });
  });
  let clean;
  measured.save = await timed(async () => (clean = await playground.snapshot()));
  const [l1, l2] = playground.nodes;
  await playground.payDemo({ from: l2, to: l1 });
  measured.revert = await timed(() => playground.revert(clean));
  await playground.snapshots.save('talk');
  const archive = `${temporaryFolder()}/talk.tar.gz`;
  measured.exported = (await playground.snapshots.export('talk', archive)).bytes / 1e3;
  await playground.dispose();

  const pool = new PlaygroundPool({ lightningd, network: NETWORK, size: 1 });
  await pool.warm();
  measured.acquire = await timed(() => pool.acquire());
  await pool.dispose();

  const dir = temporaryFolder();
  const file = `${dir}.json`;
  const { writeFileSync, rmSync } = await import('node:fs');
  writeFileSync(file, JSON.stringify(NETWORK));
  const env = { LN_PLAY_DIR: dir };
  measured.up = await timed(() => lnPlay(['up', file, '--lightningd', lightningd], env));
  await lnPlay(['destroy', '--yes'], env);
  removeTemporary(dir);
  rmSync(file);
  return measured;
}

/** From nothing to the first answer. */
async function bareBitcoind() {
  const datadir = temporaryFolder();
  const { executable } = await findExecutable('bitcoind');
  const port = await freePort();
  const rpc = new BitcoindRpc({ host: '127.0.0.1', port, auth: { cookieFile: `${datadir}/regtest/.cookie` } });
  let child;
  const ms = await timed(async () => {
    const args = ['-regtest', '-server', '-listen=0', `-datadir=${datadir}`, `-rpcport=${port}`];
    child = spawn(executable.command, [...executable.args, ...args], { stdio: 'ignore' });
    while (!(await rpc.call('getblockchaininfo').catch(() => undefined))) await delay(5);
  });
  await rpc.call('stop');
  await once(child, 'exit');
  rpc.close();
  removeTemporary(datadir);
  return ms;
}

/** One node of a playground whose bitcoind runs, stopped and started. */
async function bareLightningd(lightningd) {
  const playground = await Playground.start({ lightningd, nodes: 1 });
  const [l1] = playground.nodes;
  await l1.daemon.stop();
  const ms = await timed(async () => {
    await l1.start();
    await l1.waitReady();
  });
  await playground.dispose();
  return ms;
}
