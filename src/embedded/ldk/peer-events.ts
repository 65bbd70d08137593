import { bindingOf, formatAddress } from '../node/peers/addresses.js';
import type { Node } from './node.js';
import type { Peer, PeerEvents } from './peers.js';

/** What the node makes of peers that come, go and speak: log lines, notifications, hooks. */
export const peerEvents = (node: Node): PeerEvents => ({
  connected: (peer) => void connected(node, peer),
  disconnected: (peer) => {
    node.ctx.log.child('connectd', peer.id).debug('peer disconnected');
    node.ctx.notify('disconnect', { id: peer.id });
    node.funding.onDisconnected(peer.id);
    node.reconnector.lost(peer.id);
  },
  received: (id, message) => {
    const payload = { peer_id: id, payload: message.toString('hex') };
    node.ctx.notify('custommsg', payload);
    void node.ctx.ask('custommsg', payload);
  },
});

async function connected(node: Node, peer: Peer): Promise<void> {
  const { ctx } = node;
  const { id, direction, features } = peer;
  const log = ctx.log.child('connectd', id);
  log.debug(`Connected ${direction}, features ${features}`);
  ctx.notify('connect', { id, direction, address: bindingOf(peer.address) });
  if (!ctx.hasHook('peer_connected')) return;
  const addr = formatAddress(peer.address);
  const answer = await ctx.ask('peer_connected', { peer: { id, direction, addr, features } });
  if (answer.result !== 'disconnect') return;
  log.info(`peer_connected hook: disconnecting: ${JSON.stringify(answer['error_message'])}`);
  await node.peers.disconnect(id);
}
