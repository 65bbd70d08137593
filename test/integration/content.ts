import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor, type Playground, type Probe } from 'ln-play';

/**
 * All that a playground is worth, as its daemons say it, once no payment is under way in it: two of the same content are the
 * same state.
 */
export async function contentOf(playground: Playground): Promise<object> {
  return await waitFor('all payments to be over', async (): Promise<Probe<object>> => {
    const content = await contentNow(playground);
    return content.nodes.some(({ channels }) => channels.some(({ htlcs }) => (htlcs as object[]).length > 0))
      ? { seen: 'HTLCs' }
      : { done: content };
  });
}

async function contentNow(playground: Playground) {
  const { bitcoind, nodes } = playground;
  const tip = await bitcoind.call<string>('getbestblockhash');
  const mempool = await bitcoind.call<string[]>('getrawmempool');
  return { tip, mempool: mempool.sort(), nodes: await Promise.all(nodes.map(contentOfNode)) };
}

interface Reply {
  readonly invoices: object[];
  readonly outputs: { txid: string; output: number; amount_msat: unknown; status: string }[];
  readonly channels: { [name: string]: unknown }[];
  readonly pays: { [name: string]: unknown }[];
}

const OF_CHANNEL = ['channel_id', 'short_channel_id', 'state', 'opener', 'total_msat', 'to_us_msat', 'htlcs'] as const;

async function contentOfNode({ name, rpc }: Playground['nodes'][number]) {
  const ask = async <K extends keyof Reply>(method: string, key: K): Promise<Reply[K]> =>
    ((await rpc.call(method)) as Reply)[key];
  const [invoices, outputs, channels, pays] = await Promise.all([
    ask('listinvoices', 'invoices'),
    ask('listfunds', 'outputs'),
    ask('listpeerchannels', 'channels'),
    ask('listpays', 'pays'),
  ]);
  return {
    name,
    invoices,
    outputs: outputs
      .map(({ txid, output, amount_msat, status }) => `${txid}:${output} ${String(amount_msat)} ${status}`)
      .sort(),
    channels: channels.map((channel) => Object.fromEntries(OF_CHANNEL.map((key) => [key, channel[key]]))).sort(byText),
    pays: pays.map(({ payment_hash, status }) => [payment_hash, status]).sort(byText),
  };
}

/** A node tells them in whatever order. */
const byText = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** What is in a folder, by path: a file's digest, where a link leads, or that it is a folder. */
export async function digestsOf(folder: string): Promise<{ readonly [path: string]: string }> {
  const digests: [string, string][] = [];
  for (const path of (await readdir(folder, { recursive: true })).sort()) {
    const full = join(folder, path);
    const found = await lstat(full);
    if (found.isSymbolicLink()) digests.push([path, `-> ${await readlink(full)}`]);
    else if (found.isFile())
      digests.push([
        path,
        createHash('sha256')
          .update(await readFile(full))
          .digest('hex'),
      ]);
    else digests.push([path, 'folder']);
  }
  return Object.fromEntries(digests);
}
