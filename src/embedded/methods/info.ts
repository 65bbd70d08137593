import type { Method } from '../context.js';
import type { NodeParts } from '../node/parts.js';
import { bindingOf, parseAddress } from '../node/peers/addresses.js';
import { method } from '../rpc/method.js';
import { VERSION } from '../version.js';

type Parts = Pick<
  NodeParts,
  'identity' | 'options' | 'features' | 'views' | 'channels' | 'peers' | 'bindings' | 'chain' | 'height' | 'forwards'
>;

/** lightning-getinfo(7) */
export const infoMethods = (parts: Parts): readonly Method[] => [
  method({ name: 'getinfo', category: 'utility', params: [], handle: () => getinfo(parts) }),
];

function getinfo({
  identity,
  options,
  features,
  views,
  channels,
  peers,
  bindings,
  chain,
  height,
  forwards,
}: Parts): object {
  const shown = views.list();
  const live = shown.filter((channel) => channel.live !== undefined);
  const count = (...wanted: string[]): number => live.filter(({ state }) => wanted.includes(state)).length;
  const closing = shown.filter(
    (channel) =>
      !channel.live &&
      ['AWAITING_UNILATERAL', 'FUNDING_SPEND_SEEN', 'ONCHAIN', 'CLOSINGD_COMPLETE'].includes(channel.state),
  );
  const pending = count('OPENINGD', 'CHANNELD_AWAITING_LOCKIN');
  const active = count('CHANNELD_NORMAL');
  const { bitcoind, blocks } = chain.sync;
  const announced = options.list('announce-addr').flatMap((text) => parseAddress(text) ?? []);
  const knownPeers = new Set([...peers.list().map(({ id }) => id), ...channels.peers()]);
  return {
    id: identity.id,
    alias: identity.alias,
    color: identity.color,
    num_peers: knownPeers.size,
    num_pending_channels: pending,
    num_active_channels: active,
    num_inactive_channels: live.length - pending - active + closing.length,
    address: announced.filter((address) => 'host' in address).map(bindingOf),
    binding: bindings.map(bindingOf),
    version: VERSION,
    blockheight: height(),
    network: 'regtest',
    fees_collected_msat: forwards.feesCollectedMsat,
    'lightning-dir': options.networkDir,
    our_features: features,
    ...(!bitcoind && { warning_bitcoind_sync: 'Bitcoind is not up-to-date with network.' }),
    ...(bitcoind && !blocks && { warning_lightningd_sync: 'Still loading latest blocks from bitcoind.' }),
  };
}
