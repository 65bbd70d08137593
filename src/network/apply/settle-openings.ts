import { LnPlayError } from '../../core/errors.js';
import type { Probe } from '../../core/wait.js';
import type { Channel, LightningNode } from '../../nodes/node.js';
import { isKnown } from '../chain.js';
import type { Network } from '../network.js';

/** How long an opening may take from one step to the next, in ms; longer, and it has come to nothing. */
const OPENING_MS = 5_000;

/**
 * Waits for what a command that was stopped had these nodes open: a node goes on with it by itself, and until it has come
 * to a channel or to nothing, its coins are set aside. What came to a channel without a funding transaction is closed.
 */
export async function settleOpenings(network: Network, nodes: readonly LightningNode[]): Promise<void> {
  await Promise.all(nodes.map((node) => settle(network, node)));
}

async function settle({ bitcoind, wait }: Network, node: LightningNode): Promise<void> {
  const unfunded = async () => {
    const channels = (await node.channels()).filter(({ openedByUs }) => openedByUs);
    const known = await Promise.all(
      channels.map(async ({ phase, funding }) => phase !== 'awaiting-funding' || (await isFunded(funding?.txid))),
    );
    return { channels, unfunded: channels.filter((_, index) => !known[index]) };
  };
  const isFunded = async (txid: string | undefined): Promise<boolean> =>
    txid !== undefined && (await isKnown(bitcoind, txid));

  let last = '';
  let since = performance.now();
  const probe = async (): Promise<Probe<readonly Channel[]>> => {
    const [found, coins] = await Promise.all([unfunded(), node.funds()]);
    const reserved = coins.filter((coin) => coin.reserved && coin.status !== 'spent').length;
    const opening = found.channels.filter(({ phase }) => phase === 'opening').length;
    const seen = `${opening} being agreed on, ${found.unfunded.length} not funded, ${reserved} coins set aside`;
    if (opening + reserved + found.unfunded.length === 0) return { done: [] };
    if (seen !== last) [last, since] = [seen, performance.now()];
    return performance.now() - since < OPENING_MS ? { seen } : { done: found.unfunded };
  };
  const nothings = await node.daemon.waitFor(`${node.name}'s openings to come to an end`, probe, wait);
  for (const channel of nothings) {
    try {
      await node.close(channel, { force: false }, wait);
    } catch (error) {
      if (!(error instanceof LnPlayError) || error.code !== 'RPC') throw error; // it is closing already, or gone
    }
  }
}
