import { lnPlayVersion } from '../../core/version.js';
import { askVersion } from '../../daemons/executables/version.js';
import { tailFile } from '../../daemons/log-tail.js';
import type { LightningNode } from '../../nodes/node.js';
import { platform, type ImageBalance, type ImageFacts } from '../../snapshots/image.js';
import type { Network } from '../network.js';
import type { Manifest } from '../manifest.js';
import { statusOf, type ChannelStatus } from '../status.js';

const ANSWER_MS = 5_000;
/** How far back in bitcoind's log its last block is looked for, in lines. */
const LOG_LINES = 400;

/** What is told of a playground beside its files: of daemons that run by asking them, of others by their programs. */
export async function factsOf(network: Network, manifest: Manifest, note: string | undefined): Promise<ImageFacts> {
  const within = network.layout.unfinished;
  const status = await statusOf(network);
  const { bitcoind, nodes } = status;
  const [bitcoindVersion, height, nodeVersions, balance] = await Promise.all([
    bitcoind.version ?? versionOf('bitcoind', manifest.bitcoind, within),
    bitcoind.blocks ?? lastLoggedHeight(network.bitcoind.logFile),
    Promise.all(
      nodes.map(
        async ({ name, version }) =>
          version ??
          (await versionOf('lightningd', manifest.nodes.find((node) => node.name === name)!.executable, within)),
      ),
    ),
    balanceOf(network, status.channels),
  ]);
  return {
    note: note ?? null,
    created: new Date().toISOString(),
    lnPlay: lnPlayVersion(),
    platform: platform(),
    imported: false,
    bitcoind: { version: bitcoindVersion },
    nodes: nodes.map(({ name, implementation }, index) => ({ name, implementation, version: nodeVersions[index]! })),
    height,
    balance,
  };
}

/** What the channels, wallets and invoices of a network are worth now; null where a node does not answer. */
export async function balanceOf(network: Network, channels: readonly ChannelStatus[]): Promise<ImageBalance | null> {
  if (!network.nodes.every(({ daemon }) => daemon.attach())) return null;
  try {
    return { channels: channels.map(balanceOfChannel), nodes: await Promise.all(network.nodes.map(balanceOfNode)) };
  } catch {
    return null; // one that does not answer is no reason not to save it
  }
}

const balanceOfChannel = (channel: ChannelStatus): ImageBalance['channels'][number] => ({
  from: channel.from,
  to: channel.to,
  shortChannelId: channel.short_channel_id,
  phase: channel.phase,
  capacityMsat: String(channel.total_msat),
  oursMsat: String(channel.to_us_msat),
});

async function balanceOfNode(node: LightningNode): Promise<ImageBalance['nodes'][number]> {
  const [coins, invoices] = await Promise.all([node.funds(), node.invoices({ timeoutMs: ANSWER_MS })]);
  const unspent = coins.filter(({ status }) => status !== 'spent');
  const paid = invoices.filter(({ status }) => status === 'paid');
  const sum = (amounts: readonly (bigint | undefined)[]): string =>
    String(amounts.reduce<bigint>((total, amount) => total + (amount ?? 0n), 0n));
  return {
    name: node.name,
    onchainMsat: sum(unspent.map(({ amountMsat }) => amountMsat)),
    invoices: {
      made: invoices.length,
      paid: paid.length,
      receivedMsat: sum(paid.map(({ receivedMsat }) => receivedMsat)),
    },
  };
}

/** What a program says of its version, or null for one that is not there any more. */
async function versionOf(
  program: 'bitcoind' | 'lightningd',
  command: Parameters<typeof askVersion>[1],
  within: string,
): Promise<string | null> {
  return await askVersion(program, command, { timeoutMs: ANSWER_MS, within }).catch(() => null);
}

async function lastLoggedHeight(logFile: string): Promise<number | null> {
  const lines = await tailFile(logFile, LOG_LINES);
  const heights = lines.flatMap(
    (line) => /UpdateTip: .*height=(\d+)|Loaded best chain: .*height=(\d+)/.exec(line) ?? [],
  );
  const last = heights.filter((text) => /^\d+$/.test(text ?? '')).at(-1);
  return last === undefined ? null : Number(last);
}
