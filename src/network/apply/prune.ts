import { removeTree } from '../../core/files.js';
import type { LightningNode } from '../../nodes/node.js';
import { closeChannel } from '../close.js';
import { readManifest, writeManifest } from '../manifest.js';
import type { Network } from '../network.js';
import { sameEdge } from '../spec.js';
import { isLoss, type Loss } from './change.js';

/** Takes away what a spec has no more: channels, with a block for all; then connections; then nodes, with their folders. */
export async function prune(network: Network, losses: readonly Loss[]): Promise<void> {
  const { bitcoind, layout, steps, wait } = network;
  const closing = losses.filter(isLoss('close channel'));
  if (closing.length > 0) {
    const name = closing.length === 1 ? 'close a channel' : `close ${closing.length} channels`;
    await network.step(name, [], () =>
      Promise.all(
        closing.map(async ({ from, channelId }) => {
          const node = network.node(from);
          const channel = (await node.channels()).find(({ id }) => id === channelId);
          if (channel) await closeChannel(bitcoind, node, channel, false, wait);
        }),
      ),
    );
    await network.mine(1);
  }

  const apart = losses.filter(isLoss('disconnect'));
  const gone = losses.filter(isLoss('remove node')).map(({ node }) => network.node(node));
  if (apart.length + gone.length === 0) return;
  const manifest = (await readManifest(layout))!;
  const isGone = (name: string): boolean => gone.some((node) => node.name === name);
  await Promise.all(gone.map((node) => steps.run(`stop ${node.name}`, () => node.daemon.stop())));
  const left = {
    ...manifest,
    nodes: manifest.nodes.filter(({ name }) => !isGone(name)),
    peers: manifest.peers.filter(
      (edge) => !edge.some(isGone) && !apart.some(({ from, to }) => sameEdge(edge, [from, to])),
    ),
  };
  await writeManifest(layout, left);
  network.follow(left);
  await Promise.all(apart.map(({ from, to }) => part(network.node(from), network.node(to))));
  for (const node of gone) await removeTree(node.folder);
}

/** They may have a channel all the same, or no connection: then there is nothing to part. */
async function part(from: LightningNode, to: LightningNode): Promise<void> {
  const peer = await from.peer(await to.id());
  if (peer?.connected && peer.channelCount === 0) await from.leave(await to.id());
}
