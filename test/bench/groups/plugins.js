import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../../../dist/index.js';
import { withPairs } from '../lib/pairs.js';
import { payment } from '../lib/payments.js';
import { LN_PLAY, NO_CLN, lightningds, lnPlay } from '../lib/programs.js';
import { baselineOf, inTurns, samplesOf } from '../lib/samples.js';
import { removeTemporary, temporaryFolder } from '../lib/temporary.js';

const PAYMENTS = 60;

/** A plugin author's times: from saving a file to its new code answering, and what a hook that does nothing costs. */
export async function* measure({ runs }) {
  const { cln } = await lightningds();
  const folder = temporaryFolder();
  await lnPlay(['plugin', 'new', join(folder, 'bench'), '--quiet']);
  const file = join(folder, 'bench', 'bench.js');
  try {
    yield* await withPairs(async (pairs) => [
      ...(cln ? [] : [{ what: 'cln', skipped: NO_CLN }]),
      ...(await saves(pairs, file, runs ?? 9)),
      ...(await hooks(pairs, file, runs ?? PAYMENTS)),
    ]);
  } finally {
    removeTemporary(folder);
  }
}

async function saves(pairs, file, runs) {
  const rows = [];
  for (const [kind, { playground, l1 }] of Object.entries(pairs)) {
    save(file, 'start', 0);
    const watch = spawn(
      process.execPath,
      [LN_PLAY, 'plugin', 'watch', 'l1', file, '--dir', playground.dir, '--quiet'],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const ended = once(watch, 'exit');
    try {
      await answers(l1, 0);
      const { save: samples } = await inTurns(runs, { save: (run) => saveToAnswer(l1, file, run + 1) });
      rows.push({ what: `save to new code answering, ${kind}`, ...samplesOf(samples), goal: 500 });
    } finally {
      watch.kill('SIGINT');
      await ended;
    }
  }
  return rows;
}

/** A plugin with a method that answers with a number, and a hook that lets everything pass. */
function save(file, hook, number) {
  const code = `#!/usr/bin/env node
import { Plugin } from './lightning-plugin.js';
const plugin = new Plugin();
plugin.method('bench-number', '', () => ({ number: ${number} }));
${hook === 'hook' ? "plugin.hook('htlc_accepted', () => ({ result: 'continue' }));" : ''}
plugin.run();
`;
  writeFileSync(file, code);
}

async function saveToAnswer(node, file, number) {
  await delay(100); // the machine comes to rest
  const from = performance.now();
  save(file, 'none', number);
  await answers(node, number);
  return performance.now() - from;
}

async function answers(node, number) {
  await waitFor(
    `the plugin to answer ${number}`,
    async () => {
      const reply = await node.rpc.call('bench-number').catch((error) => ({ number: error.message }));
      return reply.number === number ? { done: undefined } : { seen: String(reply.number) };
    },
    { intervalMs: 2 },
  );
}

async function hooks(pairs, file, runs) {
  save(file, 'hook', 0);
  const rows = [];
  for (const [kind, pair] of Object.entries(pairs)) {
    const plugin = (subcommand) => pair.l1.rpc.call('plugin', { subcommand, plugin: file });
    // the plugin starts and stops between the two, so that both are measured in turns
    const { without, hooked } = await inTurns(Math.ceil(runs / 10), {
      without: () => some(10, pair),
      hooked: async () => {
        await plugin('start');
        const samples = await some(10, pair);
        await plugin('stop');
        return samples;
      },
    });
    const flat = (result) => (Array.isArray(result) ? result.flat() : result);
    const baseline = baselineOf('without', flat(without));
    rows.push({ what: `a payment through an idle hook, ${kind}`, ...samplesOf(flat(hooked)), baseline, addsGoal: 3 });
  }
  return rows;
}

async function some(count, pair) {
  const samples = [];
  while (samples.length < count) samples.push(await payment(pair));
  return samples;
}
