import { LnPlayError } from '../core/errors.js';
import type { Playground } from '../network/playground.js';
import type { NetworkSpec } from '../network/spec.js';

/**
 * The network of a playground that runs, with its channels.
 *
 * @throws {LnPlayError} STATE if a node does not run: what channels it has is not known then
 */
export async function runningNetwork(playground: Playground): Promise<NetworkSpec> {
  const down = playground.nodes.filter(({ daemon }) => !daemon.attach()).map(({ name }) => name);
  if (down.length > 0)
    throw new LnPlayError('STATE', `What channels ${down.join(', ')} has is not known: it does not run`, {
      hint: 'start all that is down: ln-play up',
    });
  return await playground.spec();
}
