import { Playground } from '../../../dist/index.js';
import { waitFor } from '../../../dist/core/wait.js';
import { memoryOf, startProbed } from '../lib/memory.js';

const PAYMENTS = { first: 500, more: 4_500 };
const INVOICES = 10_000;
const DATASTORE = { entries: 2_000, bytes: 100_000 };
const AT_ONCE = 20;
const AMOUNT_MSAT = 1_000n;
/** What a node may hold more after all that. */
const GROWTH_MB = 20;

/** How much an embedded node grows with what it has done, all garbage collected, and how soon it is back with all that. */
export async function* measure({ runs }) {
  const unprobe = startProbed();
  let playground;
  try {
    playground = await Playground.start({ lightningd: 'embedded', nodes: 3 });
    const { nodes } = playground;
    const [l1, l2, l3] = nodes;
    await playground.fundAndChannel({ from: l1, to: l2, capacitySat: 10_000_000n });
    await playground.fundAndChannel({ from: l2, to: l3, capacitySat: 10_000_000n });
    await playground.mine(6); // so that l1 hears of the way to l3
    await waitFor('a way to l3', async () => {
      const paid = await pay(l1, l3).catch((error) => ({ seen: error.message }));
      return paid?.seen ? paid : { done: true };
    });

    await repeat(PAYMENTS.first, () => pay(l1, l3));
    const grownBy = await growth(nodes, () => repeat(PAYMENTS.more, () => pay(l1, l3)));
    for (const [i, node] of nodes.entries()) {
      const what = `${node.name}, grown by ${PAYMENTS.more} payments`;
      yield { what, samples: [grownBy[i].rss], unit: 'MB', goal: GROWTH_MB };
      yield { what: `${what}: LDK's part`, samples: [grownBy[i].wasm], unit: 'MB' };
      yield { what: `${what}: each`, samples: [(grownBy[i].rss * 1024) / PAYMENTS.more], unit: 'kB' };
    }
    const [byInvoices] = await growth([l3], () => repeat(INVOICES, () => l3.invoice(AMOUNT_MSAT)));
    yield { what: `l3, grown by ${INVOICES} invoices`, samples: [byInvoices.rss], unit: 'MB', goal: GROWTH_MB };

    unprobe(); // it takes time of its own
    const invoices = INVOICES + PAYMENTS.first + PAYMENTS.more;
    yield { what: `l3 with ${invoices} invoices, started again`, samples: await starts(l3), goal: 1000 };
    const payments = PAYMENTS.first + PAYMENTS.more;
    yield { what: `l1 with ${payments} payments, started again`, samples: await starts(l1), goal: 1000 };

    startProbed();
    await playground.restart(l2.name);
    const { entries, bytes } = DATASTORE;
    const hex = '5a'.repeat(bytes);
    const store = (i) => l2.rpc.call('datastore', { key: ['bench', String(i)], hex });
    const [byDatastore] = await growth([l2], () => repeat(entries, store));
    const megabytes = (entries * bytes) / 1e6;
    yield {
      what: `l2, grown by ${megabytes} MB of datastore`,
      samples: [byDatastore.rss],
      unit: 'MB',
      goal: GROWTH_MB,
    };
    unprobe();
    yield { what: `l2 with ${megabytes} MB of datastore, started again`, samples: await starts(l2), goal: 1000 };
  } finally {
    unprobe();
    await playground?.dispose();
  }

  async function starts({ name }) {
    const samples = [];
    for (let run = 0; run < (runs ?? 3); run++) {
      await playground.restart(name);
      samples.push(playground.steps.done.findLast((step) => step.name === `start ${name}`).ms);
    }
    return samples;
  }
}

async function pay(from, to) {
  const { bolt11 } = await to.invoice(AMOUNT_MSAT);
  await from.rpc.call('pay', { bolt11 });
}

/** Does it so often, some at once. */
async function repeat(count, body) {
  let next = 0;
  const worker = async () => {
    while (next < count) await body(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** By how much each node grows meanwhile. */
async function growth(nodes, body) {
  const before = await Promise.all(nodes.map(memoryOf));
  await body();
  const after = await Promise.all(nodes.map(memoryOf));
  return after.map((now, i) => Object.fromEntries(Object.keys(now).map((name) => [name, now[name] - before[i][name]])));
}
