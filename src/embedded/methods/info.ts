import type { Method } from '../context.js';
import { bindingOf, parseAddress } from '../node/peers/addresses.js';
import { aliasOf, colorOf, featuresOf } from '../ldk/identity.js';
import type { Node } from '../ldk/node.js';
import { method } from '../rpc/method.js';
import { VERSION } from '../version.js';

/** lightning-getinfo(7) */
export const infoMethods = (node: Node): readonly Method[] => [
  method({ name: 'getinfo', category: 'utility', params: [], handle: () => getinfo(node) }),
];

function getinfo(node: Node): object {
  const { engine, channels, ctx } = node;
  const live = channels.live();
  const states = live.map((details) => channels.stateOf(details));
  const count = (...wanted: string[]): number => states.filter((state) => wanted.includes(state)).length;
  const closed = channels
    .records()
    .filter(({ state }) =>
      ['AWAITING_UNILATERAL', 'FUNDING_SPEND_SEEN', 'ONCHAIN', 'CLOSINGD_COMPLETE'].includes(state),
    );
  const pending = count('OPENINGD', 'CHANNELD_AWAITING_LOCKIN');
  const active = count('CHANNELD_NORMAL');
  const { bitcoind, blocks } = node.chain.sync;
  const announced = ctx.options.list('announce-addr').flatMap((text) => parseAddress(text) ?? []);
  const knownPeers = new Set([...node.peers.list().map(({ id }) => id), ...node.peersWithChannels()]);
  return {
    id: node.id,
    alias: aliasOf(node),
    color: colorOf(node),
    num_peers: knownPeers.size,
    num_pending_channels: pending,
    num_active_channels: active,
    num_inactive_channels: live.length - pending - active + closed.length,
    address: announced.filter((address) => 'host' in address).map(bindingOf),
    binding: node.bindings.map(bindingOf),
    version: VERSION,
    blockheight: engine.best.height,
    network: 'regtest',
    fees_collected_msat: node.forwards.feesCollectedMsat,
    'lightning-dir': ctx.options.networkDir,
    our_features: featuresOf(node),
    ...(!bitcoind && { warning_bitcoind_sync: 'Bitcoind is not up-to-date with network.' }),
    ...(bitcoind && !blocks && { warning_lightningd_sync: 'Still loading latest blocks from bitcoind.' }),
  };
}
