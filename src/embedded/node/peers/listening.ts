import { messageOf } from '../../../core/errors.js';
import type { Context } from '../../context.js';
import { parseAddress, type PeerAddress } from './addresses.js';
import type { Peers } from './peers.js';

/** Listens for peers at each address of the options, and returns them; ends the daemon if it cannot. */
export async function listen(
  { options, fatal }: Pick<Context, 'options' | 'fatal'>,
  peers: Pick<Peers, 'listen'>,
): Promise<PeerAddress[]> {
  const bindings: PeerAddress[] = [];
  if (options.flag('offline')) return bindings;
  for (const text of [...options.list('bind-addr'), ...options.list('addr')]) {
    const address = parseAddress(text);
    if (!address) return fatal(`Unable to parse address ${text}`);
    try {
      bindings.push(await peers.listen(address));
    } catch (error) {
      fatal(`Failed to bind on ${text}: ${messageOf(error)}`);
    }
  }
  return bindings;
}
